/** What the window tells when something is done: toasts, and what screen readers read out. */
export const told = {
  'told.undo': 'Undo',
  'told.show': 'Show',
  'told.copied.row':
    '{count, plural, =0 {There is no row to copy.} one {# row copied.} other {# rows copied.}}',
  'told.copied.url':
    '{count, plural, =0 {There is no URL to copy.} one {# URL copied.} other {# URLs copied.}}',
  'told.copied.curl':
    '{count, plural, =0 {There is no URL to copy.} one {# curl command copied, without headers and cookies of the job.} other {# curl commands copied, without headers and cookies of the job.}}',
  'told.copied.path':
    '{count, plural, =0 {There is no path to copy.} one {# path copied.} other {# paths copied.}}',
  'told.copied.digest':
    '{count, plural, =0 {There is no digest to copy.} one {# digest copied.} other {# digests copied.}}',
  'told.copied.error':
    '{count, plural, =0 {There is no error message to copy.} one {# error message copied.} other {# error messages copied.}}',
  'told.copied.cut': '{copied} There are more than the clipboard takes: export the job for all of them.',
  'told.copied.one': '{what} copied.',
  'told.copied.details': 'Details',
  'told.copied.command': 'Command',
  'told.command-incomplete': 'The copied command leaves out {what}.',
  'told.program': '{name} could be a program. It was not started, but is shown in its folder.',
  'told.open-folder': 'Open folder',
  'told.exported': 'The job was exported as {path}.',
  'told.manifest': 'The manifest was saved as {path}.',
  'told.duplicates': 'The duplicates were exported as {path}.',
  'told.experiment-exported': 'The experiment was exported as {path}.',
  'told.trashed':
    '{count, plural, one {# copy was moved to the trash.} other {# copies were moved to the trash.}}',
  'told.reflinked':
    '{count, plural, one {# copy now shares its blocks with the file that stays.} other {# copies now share their blocks with the file that stays.}}',
  'told.linked':
    '{count, plural, one {# copy was replaced with a hard link.} other {# copies were replaced with hard links.}}',
  'told.removed.one': 'Removed “{name}” from the list',
  'told.removed':
    '{count, plural, one {Removed # finished job from the list} other {Removed # finished jobs from the list}}',
  'told.removed.none': 'There are no finished jobs to clear',
  'told.paused-all': 'All jobs are paused.',
  'told.clipboard': '{count, plural, one {# URL in the clipboard} other {# URLs in the clipboard}}',
  'told.clipboard.act': 'Download…',
  'told.job.failed': '{name} failed. {reason}',
  'told.job.cancelled': '{name} was cancelled.',
  'told.job.done': '{name} is done: {count, plural, one {# task} other {# tasks}}.',
  'told.job.done-failed': '{name} is done: {count, plural, one {# task} other {# tasks}}, {failed} failed.',
  'told.job.quarter': '{name}: {percent} %.',
  'told.experiment.started': 'The experiment {name} was started.',
  'told.experiment.removed': 'The experiment was removed.',
  'told.experiment.adopted': 'Automatic now means {what}.',
  'told.experiment.failed': 'The experiment failed. {reason}',
  'told.experiment.cancelled': 'The experiment was cancelled.',
  'told.experiment.done': 'The experiment is done. {finding}',
  'told.claim.ended': '{name}: the run has ended.',
  'told.costs.measured': 'What threads cost here was measured.',
  'told.pasted.page': 'Pasted page',
  'told.pasted.text': 'Pasted text',
  'told.pasted.link': 'Link',
} as const;
