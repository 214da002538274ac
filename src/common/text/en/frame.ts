/** What all pages share: the sidebar, pages that stopped, the question at the end, menus of the system. */
export const frame = {
  'frame.pages': 'Pages',
  'frame.unfold': 'Show page names',
  'frame.fold': 'Icons only',
  'frame.running': 'running',
  'frame.active': 'active',

  'stopped.page': 'This page stopped',
  'stopped.page.note': 'Something in it went wrong. Jobs are not affected, and the other pages work.',
  'stopped.page.again': 'Show it again',
  'stopped.page.copy': 'Copy details',
  'stopped.window': 'The window stopped',
  'stopped.window.note':
    'The process that draws this window crashed or was ended by the system. Your jobs are not affected: running jobs go on, and nothing that was done is lost. Only what you typed into an open dialog is gone.',
  'stopped.window.reload': 'Reload',
} as const;
