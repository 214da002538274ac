/** A new version of Heddle: it is asked about before it is downloaded, and before it is installed. */
import { text } from '../../common/text/text';
import { request } from '../bridge';
import { notifyError, toast } from './notices';

export function checkForUpdates(): void {
  request('updates:check', undefined).then(({ version, current, isKnown }) => {
    if (version !== null) offerUpdate(version);
    else toast(isKnown ? text('updates.none', { version: current }) : text('updates.unknown'));
  }, notifyError);
}

export function offerUpdate(version: string): void {
  toast(text('updates.found', { version }), {
    stays: true,
    action: {
      label: text('updates.download'),
      run: () => {
        toast(text('updates.downloading', { version }));
        request('updates:download', undefined).then(() => {
          offerInstall(version);
        }, notifyError);
      },
    },
  });
}

function offerInstall(version: string): void {
  toast(text('updates.ready', { version }), {
    stays: true,
    action: {
      label: text('updates.install'),
      run: () => {
        request('updates:install', undefined).catch(notifyError);
      },
    },
  });
}
