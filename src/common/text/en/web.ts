/** The window in a browser, and the way into it. */
export const web = {
  'web.not-reached':
    'Heddle cannot be reached. Its jobs may still be running; this page goes on when it is back.',
  'web.full': 'Heddle is open in too many tabs of this browser. Close one, then reload this page.',
  'web.too-large': 'This is more than Heddle takes from a browser at once.',
  'web.sign-out': 'Sign out',
  'web.dropped':
    'Heddle runs on another machine: it takes lists and manifests from this one. Choose other files with the buttons.',

  'web.pick.where': 'On the machine that Heddle runs on',
  'web.pick.path': 'Folder',
  'web.pick.up': 'Parent folder',
  'web.pick.roots': 'Go to',
  'web.pick.hidden': 'Show hidden files',
  'web.pick.list': 'Files and folders',
  'web.pick.empty': 'There is nothing in this folder.',
  'web.pick.no-folders': 'There are no folders in this folder.',
  'web.pick.cut': 'Only a part of this folder is listed. Type the path of what is missing.',
  'web.pick.folder-entry': '{name}, folder',
  'web.pick.this-folder': 'Use this folder',
  'web.pick.choose': '{count, plural, =0 {Choose} one {Choose # item} other {Choose # items}}',
  'web.upload': 'Upload from this computer…',
  'web.uploading': 'Uploading {name}: {percent} %',

  'web.setting': 'Open in a browser',
  'web.setting.note': 'Browsers on this machine can show this window. Each needs a link, which is good once.',
  'web.setting.find': 'web http remote link server',
  'web.setting.link': 'Link for a browser',
  'web.setting.link.note': 'Whoever opens it can do what you can do here, in your home folder.',
  'web.setting.copy': 'Copy link',
  'web.setting.copied': 'Link copied.',

  'web.sign-in': 'Sign in to Heddle',
  'web.sign-in.password': 'Password',
  'web.sign-in.button': 'Sign in',
  'web.sign-in.wrong': 'This password is not right.',
  'web.link': 'Open the link of heddle web',
  'web.link.note':
    'Each link is good for one browser. This one has been used, or was never printed. The newest one is in the terminal in which heddle web runs.',
  'web.signed-in': 'Signed in',
  'web.signed-in.go': 'Go on',
} as const;
