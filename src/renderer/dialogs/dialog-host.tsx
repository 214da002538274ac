import { removeExperiment } from '../state/experiment-page';
import { experimentsStore } from '../state/experiments';
import { useStore } from '../state/store';
import { closeDialog, uiStore } from '../state/ui';
import { assertNever } from '../../common/model/errors';
import { text } from '../../common/text/text';
import { CommandPalette } from '../commands/palette';
import { ShortcutList } from '../commands/shortcut-list';
import { ChooseWork } from './choose-work';
import { Confirm } from './confirm';
import { Licenses } from './licenses';
import { NewCopy } from './new-copy';
import { NewDownload } from './new-download';
import { NewHash } from './new-hash';
import { NewVerify } from './new-verify';
import { RenameJob } from './rename-job';
import { StartAt } from './start-at';

/** The dialog that is open, if one is. */
export function DialogHost() {
  const dialog = useStore(uiStore, (ui) => ui.dialog);
  if (dialog === null) return null;
  if (dialog.type === 'choose') return <ChooseWork opened={dialog.opened} />;
  if (dialog.type === 'licenses') return <Licenses />;
  if (dialog.type === 'palette') return <CommandPalette />;
  if (dialog.type === 'shortcuts') return <ShortcutList />;
  if (dialog.type === 'start-at') return <StartAt jobId={dialog.jobId} />;
  if (dialog.type === 'rename') return <RenameJob jobId={dialog.jobId} />;
  if (dialog.type === 'remove-experiment') return <ConfirmRemoveExperiment id={dialog.experimentId} />;
  switch (dialog.kind) {
    case 'download':
      return <NewDownload />;
    case 'hash':
      return <NewHash />;
    case 'verify':
      return <NewVerify />;
    case 'copy':
      return <NewCopy />;
    default:
      return assertNever(dialog.kind);
  }
}

function ConfirmRemoveExperiment({ id }: { readonly id: number }) {
  const title = useStore(experimentsStore, ({ list }) => list.find((each) => each.id === id)?.title ?? null);
  if (title === null) return null;
  return (
    <Confirm
      title={text('forget.title')}
      keep={text('forget.keep')}
      act={text('forget.act')}
      onAct={() => {
        removeExperiment(id);
      }}
      onClose={closeDialog}
    >
      {text('forget.experiment', { name: title })}
    </Confirm>
  );
}
