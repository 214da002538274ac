/** Native dialogs. */
import { join } from 'node:path';
import { app, dialog, type OpenDialogOptions } from 'electron';
import type { z } from 'zod';
import type { DuplicateFormat } from '../common/model/duplicates';
import type { ExperimentFormat, ExperimentSummary } from '../common/experiments/experiment';
import type { pickSchema } from '../common/ipc';
import type { JobSummary } from '../common/model/jobs';
import type { ManifestFormat } from '../common/model/digests';
import type { ExportFormat } from '../common/model/responses';
import { duplicatesName, experimentName, exportName, manifestName } from '../requests/saved-names';
import { getMainWindow } from './window';

type Purpose = z.infer<typeof pickSchema>['purpose'];

const OPTIONS: Readonly<Record<Purpose, OpenDialogOptions>> = {
  anything: { title: 'Open lists, manifests or other files', properties: ['openFile', 'multiSelections'] },
  'url-list': {
    title: 'Open lists of URLs',
    properties: ['openFile', 'multiSelections'],
    filters: [
      { name: 'All files', extensions: ['*'] },
      { name: 'Lists', extensions: ['txt', 'urls', 'lst', 'list', 'csv', 'jsonl', 'metalink', 'meta4'] },
    ],
  },
  files: { title: 'Choose files', properties: ['openFile', 'multiSelections', 'showHiddenFiles'] },
  folder: { title: 'Choose a folder', properties: ['openDirectory'] },
  folders: { title: 'Choose folders', properties: ['openDirectory', 'multiSelections'] },
  'download-folder': {
    title: 'Choose where downloads go',
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  },
  certificates: {
    title: 'Choose certificates to trust',
    properties: ['openFile'],
    filters: [
      { name: 'Certificates', extensions: ['pem', 'crt', 'cer'] },
      { name: 'All files', extensions: ['*'] },
    ],
  },
  cookies: {
    title: 'Choose a file of cookies',
    properties: ['openFile', 'showHiddenFiles'],
    filters: [
      { name: 'All files', extensions: ['*'] },
      { name: 'Cookies', extensions: ['txt'] },
    ],
  },
  logins: { title: 'Choose a .netrc file', properties: ['openFile', 'showHiddenFiles'] },
  manifest: {
    title: 'Choose a manifest',
    properties: ['openFile', 'showHiddenFiles'],
    filters: [
      { name: 'All files', extensions: ['*'] },
      { name: 'Manifests', extensions: ['sha256', 'sha512', 'sha1', 'md5', 'b3', 'sfv', 'txt', 'json'] },
    ],
  },
  'copy-target': {
    title: 'Choose where the copy goes',
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  },
};

/** @returns absolute paths; empty when the dialog was dismissed */
export async function pick(purpose: Purpose): Promise<readonly string[]> {
  const window = getMainWindow();
  const options = OPTIONS[purpose];
  const { canceled, filePaths } =
    window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return canceled ? [] : filePaths;
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickManifestPath(job: JobSummary, format: ManifestFormat): Promise<string | null> {
  return pickPath('Save the manifest', job, manifestName(job, format));
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickExportPath(job: JobSummary, format: ExportFormat): Promise<string | null> {
  return pickPath('Export the job', job, exportName(job, format));
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickDuplicatesPath(job: JobSummary, format: DuplicateFormat): Promise<string | null> {
  return pickPath('Export the duplicates', job, duplicatesName(job, format));
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickExperimentPath(
  experiment: ExperimentSummary,
  format: ExperimentFormat,
): Promise<string | null> {
  return pickPath('Export the experiment', { folder: '' }, experimentName(experiment, format));
}

/** @param folder the folder that is proposed; '': the user's documents */
async function pickPath(
  title: string,
  { folder }: { readonly folder: string },
  name: string,
): Promise<string | null> {
  const window = getMainWindow();
  const proposed = folder === '' ? app.getPath('documents') : folder;
  const options = { title, defaultPath: join(proposed, name) };
  const { canceled, filePath } =
    window === null ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(window, options);
  if (canceled || filePath === '') return null;
  saved.add(filePath);
  return filePath;
}

/** What the user has chosen to save as: the window may show these in the file manager, and no others. */
const saved = new Set<string>();

export function wasSaved(path: string): boolean {
  return saved.has(path);
}
