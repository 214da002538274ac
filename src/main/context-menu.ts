/** The context menu of text: what every field has, and copying of what is selected elsewhere. */
import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';

export function setupContextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, { isEditable, selectionText, editFlags }) => {
    const items: MenuItemConstructorOptions[] = isEditable
      ? [
          { role: 'undo', enabled: editFlags.canUndo },
          { role: 'redo', enabled: editFlags.canRedo },
          { type: 'separator' },
          { role: 'cut', enabled: editFlags.canCut },
          { role: 'copy', enabled: editFlags.canCopy },
          { role: 'paste', enabled: editFlags.canPaste },
          { role: 'selectAll', enabled: editFlags.canSelectAll },
        ]
      : selectionText.trim() === ''
        ? []
        : [{ role: 'copy', enabled: editFlags.canCopy }];
    if (items.length > 0) Menu.buildFromTemplate(items).popup({ window });
  });
}
