/** The packages that Heddle is made of, each with its license. */
import { useEffect, useState } from 'react';
import type { License } from '../../common/ipc';
import { text } from '../../common/text/text';
import { request } from '../bridge';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { notifyError } from '../state/notices';
import { closeDialog } from '../state/ui';
import styles from './form.module.css';
import own from './licenses.module.css';

export function Licenses() {
  const [licenses, setLicenses] = useState<readonly License[]>([]);
  useEffect(() => {
    request('app:licenses', undefined).then(setLicenses, notifyError);
  }, []);
  return (
    <Dialog title={text('licenses.title')} wide onClose={closeDialog}>
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <div className={styles['body']} role="region" aria-label={text('licenses.label')} tabIndex={0}>
        <p>{text('licenses.note')}</p>
        <ul>
          {licenses.map(({ name, version, license, text: terms }) => (
            <li key={`${name} ${version}`}>
              <details>
                <summary className={own['package']}>
                  {name} {version} <span className={own['license']}>{license}</span>
                </summary>
                <pre className={own['text']}>{terms}</pre>
              </details>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles['buttons']}>
        <Button onPress={closeDialog} autoFocus>
          {text('common.close')}
        </Button>
      </div>
    </Dialog>
  );
}
