/** The context menu of text: what every field has, and copying of what is selected elsewhere. */
import { item } from './menu-item';
import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';

export function setupContextMenu(window: BrowserWindow): void {
  window.webContents.on('context-menu', (_event, { isEditable, selectionText, editFlags }) => {
    const items: MenuItemConstructorOptions[] = isEditable
      ? [
          { ...item('undo'), enabled: editFlags.canUndo },
          { ...item('redo'), enabled: editFlags.canRedo },
          { type: 'separator' },
          { ...item('cut'), enabled: editFlags.canCut },
          { ...item('copy'), enabled: editFlags.canCopy },
          { ...item('paste'), enabled: editFlags.canPaste },
          { ...item('selectAll'), enabled: editFlags.canSelectAll },
        ]
      : selectionText.trim() === ''
        ? []
        : [{ ...item('copy'), enabled: editFlags.canCopy }];
    if (items.length > 0) Menu.buildFromTemplate(items).popup({ window });
  });
}
