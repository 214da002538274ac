import type { Experiment } from '../../../common/experiments/experiment';
import { figureRows } from '../../../common/experiments/figures';
import { contenderNames } from '../../../common/experiments/text';
import styles from './numbers-table.module.css';

interface NumbersTableProps {
  readonly experiment: Experiment;
  readonly label: string;
}

export function NumbersTable({ experiment, label }: NumbersTableProps) {
  const names = contenderNames(experiment.request.contenders);
  return (
    // Scrolls, and so has to be reachable by keyboard.
    <div className={styles['scroller']} role="region" aria-label={label} tabIndex={0}>
      <table className={styles['table']}>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figureRows(experiment).map(({ name, about, values }) => (
            <tr key={name}>
              <th scope="row" title={about}>
                {name}
              </th>
              {values.map((value, index) => (
                <td key={names[index]}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
