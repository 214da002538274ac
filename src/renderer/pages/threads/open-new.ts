import type { PageKind } from '../../kinds';
import { goTo, openDialog } from '../../state/ui';

/** Opens the page of a kind with the dialog for a new job. */
export function openNew(kind: PageKind): void {
  goTo(kind);
  openDialog({ type: 'new', kind });
}
