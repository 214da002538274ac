/** Chooses files and folders on the machine that Heddle runs on, or uploads files to it. */
import { useEffect, useId, useState } from 'react';
import { FileTrigger, ListBox, ListBoxItem } from 'react-aria-components';
import { toErrorData, type ErrorData } from '../../common/model/errors';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import type { BrowsedFolder } from '../../common/web';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { Check, ErrorLine, Select } from '../dialogs/fields';
import formStyles from '../dialogs/form.module.css';
import { useStore } from '../state/store';
import { CHOICES, folderStore, pickingStore, type Picking } from './picking';
import { browse, upload } from './server';
import styles from './pick-dialog.module.css';

export function PickHost() {
  const picking = useStore(pickingStore, (asked) => asked);
  return picking === null ? null : <PickDialog picking={picking} />;
}

function PickDialog({ picking: { purpose, resolve } }: { readonly picking: Picking }) {
  const { selects, isMany, takesUploads } = CHOICES[purpose];
  const id = useId();
  const [folder, setFolder] = useState<BrowsedFolder | null>(null);
  const [typed, setTyped] = useState(folderStore.get() ?? '');
  const [hidden, setHidden] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<ErrorData | null>(null);
  const [progress, setProgress] = useState<string | null>(null);

  const open = async (path: string | null, withHidden = hidden): Promise<void> => {
    try {
      const found = await browse(path, withHidden);
      folderStore.set(found.path);
      setFolder(found);
      setTyped(found.path);
      setChosen(new Set());
      setError(null);
    } catch (failure) {
      setError(toErrorData(failure));
    }
  };
  useEffect(() => {
    // What was typed or shown last may be gone.
    browse(folderStore.get(), false)
      .catch(() => browse(null, false))
      .then(
        (found) => {
          setFolder(found);
          setTyped(found.path);
        },
        (failure: unknown) => {
          setError(toErrorData(failure));
        },
      );
  }, []);

  const entries = folder?.entries.filter(({ isFolder }) => isFolder || selects === 'files') ?? [];
  const pathOf = (name: string): string => joined(folder, name);
  const isChoosable = (name: string): boolean =>
    entries.some((entry) => entry.name === name && entry.isFolder === (selects === 'folders'));
  const picked = [...chosen].filter(isChoosable);
  const act = (name: string): void => {
    if (entries.find((entry) => entry.name === name)?.isFolder === true) void open(pathOf(name));
    else resolve([pathOf(name)]);
  };
  const send = async (files: readonly File[]): Promise<void> => {
    setError(null);
    try {
      const paths: string[] = [];
      for (const file of files)
        paths.push(
          await upload(file, (share) => {
            setProgress(
              text('web.uploading', { name: visible(file.name), percent: Math.floor(share * 100) }),
            );
          }),
        );
      resolve(paths);
    } catch (failure) {
      setError(toErrorData(failure));
      setProgress(null);
    }
  };

  return (
    <Dialog
      title={text(`shell.pick.${purpose}`)}
      wide
      onClose={() => {
        resolve([]);
      }}
    >
      <div className={formStyles['body']}>
        <p className={formStyles['note']}>{text('web.pick.where')}</p>
        <form
          className={formStyles['line']}
          onSubmit={(event) => {
            event.preventDefault();
            void open(typed);
          }}
        >
          <label className={formStyles['label']} htmlFor={id}>
            {text('web.pick.path')}
          </label>
          <input
            id={id}
            className={formStyles['input']}
            value={typed}
            spellCheck={false}
            aria-invalid={error !== null}
            aria-describedby={error === null ? undefined : `${id}-error`}
            onChange={(event) => {
              setTyped(event.target.value);
            }}
          />
          <Button
            isDisabled={folder?.parent == null}
            onPress={() => {
              void open(folder?.parent ?? null);
            }}
          >
            {text('web.pick.up')}
          </Button>
        </form>
        {folder !== null && folder.roots.length > 1 && (
          <Select
            id={`${id}-roots`}
            label={text('web.pick.roots')}
            value={folder.roots.find((root) => folder.path.startsWith(root)) ?? ''}
            options={folder.roots.map((root) => ({ value: root, text: visible(root) }))}
            onChange={(root) => {
              void open(root);
            }}
          />
        )}
        <ErrorLine error={error} id={`${id}-error`} />
        <ListBox
          aria-label={text('web.pick.list')}
          className={styles['list'] ?? ''}
          selectionMode={isMany ? 'multiple' : 'single'}
          selectionBehavior="replace"
          selectedKeys={chosen}
          onSelectionChange={(keys) => {
            setChosen(
              keys === 'all' ? new Set(entries.map(({ name }) => name)) : new Set([...keys].map(String)),
            );
          }}
          onAction={(key) => {
            act(String(key));
          }}
          renderEmptyState={() => (
            <p className={styles['empty']}>
              {folder === null ? '' : text(selects === 'files' ? 'web.pick.empty' : 'web.pick.no-folders')}
            </p>
          )}
        >
          {entries.map(({ name, isFolder }) => (
            <ListBoxItem
              key={name}
              id={name}
              textValue={visible(name)}
              aria-label={isFolder ? text('web.pick.folder-entry', { name: visible(name) }) : visible(name)}
              className={styles['entry'] ?? ''}
            >
              <span aria-hidden="true" className={styles['sign']}>
                {isFolder ? '▸' : ''}
              </span>
              <span className={styles['name']}>{visible(name)}</span>
            </ListBoxItem>
          ))}
        </ListBox>
        {folder?.isCut === true && <p className={formStyles['note']}>{text('web.pick.cut')}</p>}
        <Check
          checked={hidden}
          onChange={(on) => {
            setHidden(on);
            void open(folder?.path ?? null, on);
          }}
        >
          {text('web.pick.hidden')}
        </Check>
      </div>
      <div className={formStyles['buttons']}>
        {takesUploads && (
          <FileTrigger
            allowsMultiple={isMany}
            onSelect={(files) => {
              if (files !== null && files.length > 0) void send([...files]);
            }}
          >
            <Button isDisabled={progress !== null}>{text('web.upload')}</Button>
          </FileTrigger>
        )}
        <p className={`${formStyles['note'] ?? ''} ${formStyles['pathText'] ?? ''}`} role="status">
          {progress ?? ''}
        </p>
        <Button
          onPress={() => {
            resolve([]);
          }}
        >
          {text('common.cancel')}
        </Button>
        {selects === 'folders' && picked.length === 0 ? (
          <Button
            look="primary"
            isDisabled={typed === ''}
            onPress={() => {
              // A folder may be typed that is made only when something goes into it.
              resolve([typed]);
            }}
          >
            {text('web.pick.this-folder')}
          </Button>
        ) : (
          <Button
            look="primary"
            isDisabled={picked.length === 0}
            onPress={() => {
              resolve(picked.map(pathOf));
            }}
          >
            {text('web.pick.choose', { count: picked.length })}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function joined(folder: BrowsedFolder | null, name: string): string {
  const { path = '', separator = '/' } = folder ?? {};
  return path.endsWith(separator) ? path + name : path + separator + name;
}
