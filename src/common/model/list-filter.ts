/** Which entries of lists are downloaded, by host and by extension. */
import { z } from 'zod';

export const listFilterSchema = z.lazy(() => {
  const names = z.array(z.string()).default([]);
  return z.strictObject({
    /** `example.org` (with any port), `example.org:8080`, `.example.org` (and all below it). */
    hosts: names,
    /** Without a dot: `zip`, `tar.gz`; `gz` is `tar.gz` too, and '' a name without one. */
    extensions: names,
    /** Names are as previews have them: of no other port, and `gz` is no `tar.gz`. */
    exact: z.boolean().optional(),
  });
});

/** Names no host and no extension where it asks for nothing. */
export type ListFilter = z.infer<typeof listFilterSchema>;
