// `npm run build`: everything; with `--if-stale`, only when a source has changed since the last build.
import { build, buildIfStale } from './lib/build.cjs';

const ok = process.argv.includes('--if-stale') ? buildIfStale() : build();
process.exitCode = ok ? 0 : 1;
