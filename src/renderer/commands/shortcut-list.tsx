/** Every key that does something. */
import { COMMAND_GROUPS } from '../../common/commands/commands';
import { shortcutText } from '../../common/commands/shortcut';
import { COMMANDS_HERE } from './here';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { isMac } from '../lib/platform';
import { closeDialog } from '../state/ui';
import formStyles from '../dialogs/form.module.css';
import styles from './shortcut-list.module.css';

/** Keys of the parts of the window, which are no commands. */
const IN_PARTS: readonly (readonly [string, readonly string[]])[] = [
  ['Previous or next job or row', ['↑', '↓']],
  ['First or last one', ['Home', 'End']],
  ['Select more rows', ['Shift+↑', 'Shift+↓']],
  ['Select all rows', [shortcutText('Mod+A', isMac)]],
  ['Copy rows', [shortcutText('Mod+C', isMac)]],
  ['Open the file', ['Enter']],
  ['Details of the row', ['Space']],
  ['Retry', ['R']],
  ['Menu', ['Shift+F10']],
  ['Close a dialog or menu', ['Escape']],
];

export function ShortcutList() {
  const groups = COMMAND_GROUPS.map((group) => ({
    title: group,
    rows: COMMANDS_HERE.filter((command) => command.group === group && command.shortcut !== undefined).map(
      ({ title, shortcut = '', also = [] }) =>
        [title.replace(/…$/u, ''), [shortcut, ...also].map((keys) => shortcutText(keys, isMac))] as const,
    ),
  }));
  return (
    <Dialog title="Keyboard shortcuts" onClose={closeDialog}>
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <div
        className={`${formStyles['body'] ?? ''} ${styles['columns'] ?? ''}`}
        role="region"
        aria-label="All shortcuts"
        tabIndex={0}
      >
        {[...groups, { title: 'Lists and dialogs', rows: IN_PARTS }].map(({ title, rows }) => (
          <section key={title} className={styles['group']} aria-label={title}>
            <h3 className={styles['heading']}>{title}</h3>
            <dl>
              {rows.map(([name, keys]) => (
                <div key={name} className={styles['row']}>
                  <dt className={styles['name']}>{name}</dt>
                  <dd className={styles['keys']}>
                    {keys.map((key) => (
                      <kbd key={key} className={styles['key']}>
                        {key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className={formStyles['buttons']}>
        <Button onPress={closeDialog} autoFocus>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
