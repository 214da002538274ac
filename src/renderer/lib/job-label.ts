/** The name of a job. Those that were made for it are stored in English: `papers.txt and 3 more`. */
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';

export function labelText({ label }: { readonly label: string }): string {
  const [, name = label, count] = /^(.+) and (?:([\d,]+) )?more$/su.exec(label) ?? [];
  if (name === label) return visible(label);
  return visible(
    count === undefined
      ? text('job.label.more', { name })
      : text('job.label.count', { name, count: Number(count.replaceAll(',', '')) }),
  );
}
