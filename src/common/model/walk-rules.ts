/** Which entries of a folder a job takes. */
import { z } from 'zod';

/** Symbolic links inside a folder: taken as links, followed (never round in a circle), or left out. */
export const LINK_RULES = ['link', 'follow', 'skip'] as const;
export type LinkRule = (typeof LINK_RULES)[number];

export const walkRulesSchema = z.lazy(() => {
  const globs = z.array(z.string().min(1));
  return z.strictObject({
    /** Only files that match one of these; [] takes all. A glob without `/` matches names, others paths below the root. */
    include: globs,
    /** Neither files nor folders that match one of these. */
    exclude: globs,
    /** Leave out what `.gitignore` files on the way say. */
    gitignore: z.boolean(),
    /** Take what begins with a dot. */
    hidden: z.boolean(),
    links: z.enum(LINK_RULES),
    /** Stay on the file system of each root. */
    oneFileSystem: z.boolean(),
    /** `false`: leave out files whose content is online alone (OneDrive, iCloud); else reading fetches them. */
    onlineOnly: z.boolean().optional(),
    /** Bytes; `null`: no bound. */
    minSize: z.int().min(0).nullable(),
    maxSize: z.int().min(0).nullable(),
  });
});
export type WalkRules = z.infer<typeof walkRulesSchema>;

/** Everything; links as links. */
export const DEFAULT_WALK_RULES: WalkRules = {
  include: [],
  exclude: [],
  gitignore: false,
  hidden: true,
  links: 'link',
  oneFileSystem: false,
  minSize: null,
  maxSize: null,
};
