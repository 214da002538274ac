/** Files that the system could run instead of showing them: by their name, or by how they begin. */
import { open } from 'node:fs/promises';
import type { FsPath } from '../common/model/paths';
import { pathToBytes } from '../common/model/paths';
import { native } from './entries';

/**
 * Endings by which a system runs a file, installs it, or is told to run something else, without asking whoever opens
 * it: what Windows calls executable (Microsoft's list of blocked attachments in Outlook), what macOS and Linux do.
 */
const ENDINGS: ReadonlySet<string> = new Set(
  `ade adp apk app appimage application appref-ms appx appxbundle bas bash bat bin cab chm cmd com command cpl crt csh
   deb desktop dll dmg exe fish flatpak flatpakref fxp gadget hlp hta inf ins iso isp its jar jnlp js jse jsp ksh lnk
   mcf mda mdb mde mdt mdw mdz mht mhtml mobileconfig msc msh msh1 msh1xml
   msh2 msh2xml mshxml msi msix msixbundle msp mst msu ops osd out pcd pif pkg pl plg prf prg ps1 ps1xml ps2 ps2xml
   psc1 psc2 psd1 psdm1 psm1 py pyc pyo pyw pyz rb reg rpm run scf scpt scr sct search-ms settingcontent-ms sh shb shs
   snap so terminal theme themepack tool url vb vbe vbp vbs vhd vhdx vsmacros vsw webloc website wim workflow ws
   wsb wsc wsf wsh xbap xll xnk xpi zsh`.split(/\s+/u),
);

/** ELF, scripts, programs of Windows, and of macOS (Mach-O of either byte order and width, and of several kinds). */
const BEGINNINGS: readonly string[] = [
  '7f454c46',
  '2321',
  '4d5a',
  'feedface',
  'feedfacf',
  'cefaedfe',
  'cffaedfe',
  'cafebabe',
];

/** @throws what the system says where the file cannot be read */
export async function isProgram(path: FsPath): Promise<boolean> {
  const name = new TextDecoder().decode(pathToBytes(path)).split(/[\\/]/u).at(-1) ?? '';
  // Windows leaves out spaces and dots at a name's end.
  const ending = name.split('.').findLast((part) => part.trim() !== '');
  if (name.includes('.') && ENDINGS.has((ending ?? '').trim().toLowerCase())) return true;
  const file = await open(native(path), 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const start = buffer.subarray(0, bytesRead).toString('hex');
    return BEGINNINGS.some((beginning) => start.startsWith(beginning));
  } finally {
    await file.close();
  }
}
