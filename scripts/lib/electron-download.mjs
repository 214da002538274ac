// Downloads Electron. What it may not be is silent: 120 MB take a minute on one line and an hour on another.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

export const SILENCE_MS = 20_000;
/** Off a terminal, how often a line says how far it is. */
const REPORT_EVERY_MS = 5_000;

const require = createRequire(import.meta.url);

/**
 * Downloads Electron's archive, unless it is there, to where `electron/install.js` looks for it. `ELECTRON_MIRROR`,
 * `electron_config_cache` and the like mean what they mean there, and `HTTPS_PROXY` and the like name a proxy.
 *
 * @param {object} release
 * @param {string} release.version
 * @param {Record<string, string>} release.checksums SHA-256 by name of archive
 * @param {NodeJS.WriteStream} [stream] says how far it is
 * @returns {Promise<string>} the archive's path
 * @throws {Error} with a sentence why, such as a server that sends nothing for {@link SILENCE_MS}
 */
export async function downloadElectron({ version, checksums }, stream = process.stderr) {
  const get = await import(pathToFileURL(packageOfElectron('@electron/get')));
  if (Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name))) get.initializeProxy();
  const progress = showProgress(`Downloading Electron ${version}`, stream);
  const silence = limitSilence();
  try {
    return await get.downloadArtifact({
      version,
      checksums,
      artifactName: 'electron',
      platform: process.env.ELECTRON_INSTALL_PLATFORM ?? process.env.npm_config_platform,
      arch: process.env.ELECTRON_INSTALL_ARCH ?? process.env.npm_config_arch,
      cacheRoot: process.env.electron_config_cache,
      downloadOptions: {
        quiet: true,
        signal: silence.signal,
        getProgressCallback: ({ transferred, total }) => {
          silence.heard();
          progress.show(transferred, total);
        },
      },
    });
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    silence.end();
    progress.end();
  }
}

/** What electron depends on, wherever npm put it. */
function packageOfElectron(name) {
  return createRequire(require.resolve('electron/package.json')).resolve(name);
}

/** `fetch` says no more than that it failed; its cause has the reason. */
function reasonOf(error) {
  let last = error;
  while (last.cause instanceof Error) last = last.cause;
  return last.message || last.code || String(last);
}

function limitSilence() {
  const controller = new AbortController();
  const seconds = SILENCE_MS / 1000;
  const giveUp = () => controller.abort(new Error(`The server sent nothing for ${seconds} seconds.`));
  let timer = setTimeout(giveUp, SILENCE_MS);
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE_MS);
    },
    end: () => clearTimeout(timer),
  };
}

/** On a terminal one line that is drawn again, elsewhere a line every few seconds. */
function showProgress(title, stream) {
  let drawnAtMs = -Infinity;
  let drawn = '';
  return {
    show(transferred, total) {
      const isWhole = transferred === total;
      if (!stream.isTTY && performance.now() - drawnAtMs < REPORT_EVERY_MS && !isWhole) return;
      const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
      const share = () => `${Math.floor((transferred / total) * 100)}% of ${megabytes(total)} MB`;
      const line = `${title}: ${total > 0 ? share() : `${megabytes(transferred)} MB`}`;
      if (line === drawn) return;
      drawnAtMs = performance.now();
      drawn = line;
      stream.write(stream.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
    end() {
      if (stream.isTTY && drawn !== '') stream.write('\n');
    },
  };
}
