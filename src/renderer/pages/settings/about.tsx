import { useContext } from 'react';
import { text } from '../../../common/text/text';
import { signOut } from '../../browser/server';
import { Button } from '../../components/button';
import { inBrowser } from '../../lib/place';
import { isFound } from '../../lib/search-words';
import { notifyError } from '../../state/notices';
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
    [
      text('settings.about.system'),
      text('settings.about.cores', { platform: info.platform, cores: info.cores }),
    ],
    [text('settings.about.data'), info.dataDirectory],
  ];
  // A browser is not of Heddle.
  const shown = facts.filter(([, value]) => value !== '');
  if (!isFound(search, `${text('settings.about.find')} ${shown.flat().join(' ')}`)) return null;
  return (
    <Group title={text('settings.about')}>
      {info.isOldElectron && (
        <p className={styles['runtime']}>{text('settings.about.old', { version: info.electron })}</p>
      )}
      <dl className={styles['facts']}>
        {shown.map(([name, value]) => (
          <div key={name} className={styles['fact']}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {inBrowser && (
        <p>
          <Button
            onPress={() => {
              signOut().catch(notifyError);
            }}
          >
            {text('web.sign-out')}
          </Button>
        </p>
      )}
    </Group>
  );
}
