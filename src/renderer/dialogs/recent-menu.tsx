/** Folders and files of earlier jobs, the newest first. */
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { MenuButton } from '../components/menu';
import { shortPath } from '../lib/text';

interface RecentMenuProps {
  readonly paths: readonly string[];
  readonly onChoose: (path: string) => void;
}

export function RecentMenu({ paths, onChoose }: RecentMenuProps) {
  if (paths.length === 0) return null;
  return (
    <MenuButton
      label={text('dialog.recent-folders')}
      entries={paths.map((path) => ({ id: path, text: visible(shortPath(path)) }))}
      onAction={onChoose}
    >
      {text('dialog.recent')} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
