/** Where the time of an ended job's threads went: a row for each, whose parts add up to the time that the job ran. */
import type { JobSummary, WorkerStatistics } from '../../common/model/jobs';
import {
  NO_TIME,
  TIME_PARTS,
  TIME_PART_MEANINGS,
  TIME_PART_NAMES,
  addBills,
  billTotal,
  type ThreadBill,
  type TimePart,
} from '../../common/model/thread-bill';
import { formatDuration } from '../../common/model/units';
import { Button } from '../components/button';
import { experimentWithJob } from '../state/experiment-page';
import styles from './thread-bill.module.css';

/** Less is not shown. */
const LEAST_MS = 0.5;

interface ThreadBillTableProps {
  readonly id: string;
  readonly job: JobSummary;
  readonly statistics: readonly WorkerStatistics[];
}

export function ThreadBillTable({ id, job, statistics }: ThreadBillTableProps) {
  const rows = statistics.flatMap(({ worker, bill }) =>
    bill === null ? [] : [{ name: `W${worker}`, bill }],
  );
  const all = rows.reduce((sum, { bill }) => addBills(sum, bill), NO_TIME);
  const parts = TIME_PARTS.filter((part) => all[part] >= LEAST_MS);
  return (
    <div id={id} className={styles['bill']} role="region" aria-label="Where the time went" tabIndex={0}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Thread</th>
            <td className={styles['wide']} />
            {parts.map((part) => (
              <th key={part} scope="col" title={TIME_PART_MEANINGS[part]}>
                <span className={styles['swatch']} data-part={part} aria-hidden="true" />
                {TIME_PART_NAMES[part]}
              </th>
            ))}
            <th scope="col">Together</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, bill }) => (
            <BillRow key={name} name={name} bill={bill} parts={parts} />
          ))}
          {rows.length > 1 && <BillRow name="All" bill={all} parts={parts} />}
        </tbody>
      </table>
      <p className={styles['note']}>
        Each thread’s row adds up to the time that the job ran. Overlap is not a comparison: one by one, the
        same tasks may take more or less time than they took here.{' '}
        <Button
          look="link"
          onPress={() => {
            experimentWithJob(job.id, job.label);
          }}
        >
          Compare with this work
        </Button>{' '}
        measures it.
      </p>
    </div>
  );
}

interface BillRowProps {
  readonly name: string;
  readonly bill: ThreadBill;
  readonly parts: readonly TimePart[];
}

function BillRow({ name, bill, parts }: BillRowProps) {
  const total = billTotal(bill);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className={styles['wide']}>
        <div className={styles['bar']} aria-hidden="true">
          {parts.map((part) => (
            <span key={part} data-part={part} style={{ width: `${(bill[part] / total) * 100}%` }} />
          ))}
        </div>
      </td>
      {parts.map((part) => (
        <td key={part}>{bill[part] < LEAST_MS ? '–' : formatDuration(bill[part])}</td>
      ))}
      <td>{formatDuration(total)}</td>
    </tr>
  );
}
