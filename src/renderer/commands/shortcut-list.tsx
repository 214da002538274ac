/** Every key that does something. */
import { text } from '../../common/text/text';
import type { MessageKey } from '../../common/text/messages';
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
const IN_PARTS = [
  ['shortcuts.move', ['↑', '↓']],
  ['shortcuts.ends', ['Home', 'End']],
  ['shortcuts.select', ['Shift+↑', 'Shift+↓']],
  ['shortcuts.select-all', ['Mod+A']],
  ['shortcuts.copy', ['Mod+C']],
  ['shortcuts.open', ['Enter']],
  ['shortcuts.details', ['Space']],
  ['shortcuts.retry', ['R']],
  ['shortcuts.menu', ['Shift+F10']],
  ['shortcuts.close', ['Escape']],
] as const satisfies readonly (readonly [MessageKey, readonly string[]])[];

export function ShortcutList() {
  const groups = COMMAND_GROUPS.map((group) => ({
    title: text(`command-group.${group}`),
    rows: COMMANDS_HERE.filter((command) => command.group === group && command.shortcut !== undefined).map(
      ({ id, shortcut = '', also = [] }) =>
        [text(`command.${id}`).replace(/ ?…$/u, ''), [shortcut, ...also]] as const,
    ),
  }));
  const inParts = IN_PARTS.map(([key, keys]) => [text(key), keys] as const);
  return (
    <Dialog title={text('shortcuts.title')} onClose={closeDialog}>
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <div
        className={`${formStyles['body'] ?? ''} ${styles['columns'] ?? ''}`}
        role="region"
        aria-label={text('shortcuts.all')}
        tabIndex={0}
      >
        {[...groups, { title: text('shortcuts.lists'), rows: inParts }].map(({ title, rows }) => (
          <section key={title} className={styles['group']} aria-label={title}>
            <h3 className={styles['heading']}>{title}</h3>
            <dl>
              {rows.map(([name, keys]) => (
                <div key={name} className={styles['row']}>
                  <dt className={styles['name']}>{name}</dt>
                  <dd className={styles['keys']}>
                    {keys.map((key) => (
                      <kbd key={key} className={styles['key']}>
                        {shortcutText(key, isMac)}
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
          {text('common.close')}
        </Button>
      </div>
    </Dialog>
  );
}
