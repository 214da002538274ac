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
import { shellText } from './language';
import { getMainWindow } from './window';

type Purpose = z.infer<typeof pickSchema>['purpose'];

interface Kind {
  readonly properties: NonNullable<OpenDialogOptions['properties']>;
  /** With all others, of which `first` says where. */
  readonly filter?: {
    readonly name: Filter;
    readonly first: boolean;
    readonly extensions: readonly string[];
  };
}
type Filter = 'lists' | 'certificates' | 'cookies' | 'manifests';

const KINDS: Readonly<Record<Purpose, Kind>> = {
  anything: { properties: ['openFile', 'multiSelections'] },
  'url-list': {
    properties: ['openFile', 'multiSelections'],
    filter: {
      name: 'lists',
      first: false,
      extensions: ['txt', 'urls', 'lst', 'list', 'csv', 'jsonl', 'metalink', 'meta4'],
    },
  },
  files: { properties: ['openFile', 'multiSelections', 'showHiddenFiles'] },
  folder: { properties: ['openDirectory'] },
  folders: { properties: ['openDirectory', 'multiSelections'] },
  'download-folder': {
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  },
  certificates: {
    properties: ['openFile'],
    filter: { name: 'certificates', first: true, extensions: ['pem', 'crt', 'cer'] },
  },
  cookies: {
    properties: ['openFile', 'showHiddenFiles'],
    filter: { name: 'cookies', first: false, extensions: ['txt'] },
  },
  logins: { properties: ['openFile', 'showHiddenFiles'] },
  manifest: {
    properties: ['openFile', 'showHiddenFiles'],
    filter: {
      name: 'manifests',
      first: false,
      extensions: ['sha256', 'sha512', 'sha1', 'md5', 'b3', 'sfv', 'txt', 'json'],
    },
  },
  'copy-target': {
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  },
};

function optionsOf(purpose: Purpose): OpenDialogOptions {
  const { properties, filter } = KINDS[purpose];
  const title = shellText(`shell.pick.${purpose}`);
  if (filter === undefined) return { title, properties };
  const all = { name: shellText('shell.filter.all'), extensions: ['*'] };
  const own = { name: shellText(`shell.filter.${filter.name}`), extensions: [...filter.extensions] };
  return { title, properties, filters: filter.first ? [own, all] : [all, own] };
}

/** @returns absolute paths; empty when the dialog was dismissed */
export async function pick(purpose: Purpose): Promise<readonly string[]> {
  const window = getMainWindow();
  const options = optionsOf(purpose);
  const { canceled, filePaths } =
    window === null ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(window, options);
  return canceled ? [] : filePaths;
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickManifestPath(job: JobSummary, format: ManifestFormat): Promise<string | null> {
  return pickPath(shellText('shell.save.manifest'), job, manifestName(job, format));
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickExportPath(job: JobSummary, format: ExportFormat): Promise<string | null> {
  return pickPath(shellText('shell.save.job'), job, exportName(job, format));
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickDuplicatesPath(job: JobSummary, format: DuplicateFormat): Promise<string | null> {
  return pickPath(shellText('shell.save.duplicates'), job, duplicatesName(job, format));
}

/** @returns an absolute path, or `null` when the dialog was dismissed */
export function pickExperimentPath(
  experiment: ExperimentSummary,
  format: ExperimentFormat,
): Promise<string | null> {
  return pickPath(shellText('shell.save.experiment'), { folder: '' }, experimentName(experiment, format));
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
