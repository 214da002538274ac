import { useContext } from 'react';
import { isFound } from '../../lib/search-words';
import { useInfo } from '../../state/settings';
import { Group, SearchContext } from './rows';
import styles from './settings.module.css';

export function About() {
  const info = useInfo();
  const search = useContext(SearchContext);
  if (info === null) return null;
  const facts: readonly (readonly [string, string])[] = [
    ['Heddle', info.version],
    ['Electron', info.electron],
    ['Chromium', info.chromium],
    ['Node', info.node],
    ['SQLite', info.sqlite],
    ['System', `${info.platform}, ${info.cores} cores`],
    ['Data', info.dataDirectory],
  ];
  if (!isFound(search, `About version ${facts.flat().join(' ')}`)) return null;
  return (
    <Group title="About">
      {info.runtimeNote !== null && <p className={styles['runtime']}>{info.runtimeNote}</p>}
      <dl className={styles['facts']}>
        {facts.map(([name, value]) => (
          <div key={name} className={styles['fact']}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Group>
  );
}
