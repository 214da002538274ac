/** Where the time of an ended job's threads went: a row for each, whose parts add up to the time that the job ran. */
import type { JobSummary, WorkerStatistics } from '../../common/model/jobs';
import {
  NO_TIME,
  TIME_PARTS,
  addBills,
  billTotal,
  type ThreadBill,
  type TimePart,
} from '../../common/model/thread-bill';
import { formatDuration } from '../../common/model/units';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { rich } from '../components/rich-text';
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
    <div id={id} className={styles['bill']} role="region" aria-label={text('bill.label')} tabIndex={0}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">{text('bill.thread')}</th>
            <td className={styles['wide']} />
            {parts.map((part) => (
              <th key={part} scope="col" title={text(`bill.${part}.note`)}>
                <span className={styles['swatch']} data-part={part} aria-hidden="true" />
                {text(`bill.${part}`)}
              </th>
            ))}
            <th scope="col">{text('bill.together')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, bill }) => (
            <BillRow key={name} name={name} bill={bill} parts={parts} />
          ))}
          {rows.length > 1 && <BillRow name={text('bill.all')} bill={all} parts={parts} />}
        </tbody>
      </table>
      <p className={styles['note']}>
        {rich('bill.note', {
          compare: (name) => (
            <Button
              look="link"
              onPress={() => {
                experimentWithJob(job.id, job.label);
              }}
            >
              {name}
            </Button>
          ),
        })}
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
