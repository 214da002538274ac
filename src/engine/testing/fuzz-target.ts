/** What `npm run fuzz -- --coverage` runs: one of the readers, which `HEDDLE_FUZZ_READER` names. */
import { HeddleError } from '../../common/model/errors';
import { READERS } from './readers';

const reader = READERS[process.env['HEDDLE_FUZZ_READER'] ?? ''];

/** @throws what is no fault that is told */
export async function fuzz(bytes: Buffer): Promise<void> {
  try {
    await reader?.read(bytes.toString('latin1'));
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
}
