/** How the downloads of one job are done. */
import { z } from 'zod';
import { CHECK_ALGORITHMS } from './digests';
import { EXISTING_POLICIES } from './download';
import { STATUS_PATTERN, isFieldValue, isToken } from './http-fields';

/** More at once than this help nobody. */
export const MOST_CONNECTIONS = 256;
export const connectionsSchema = z.lazy(() => z.int().min(1).max(MOST_CONNECTIONS));

export const downloadOptionsSchema = z.lazy(() => {
  const milliseconds = z.int().min(1).max(86_400_000);
  const bytes = z.int().min(0);
  /** RFC 9110 §5.1, §5.5. */
  const headerName = z.string().refine(isToken, 'a header has a name of letters, digits and -');
  const headerValue = z.string().refine(isFieldValue, 'a header has no line breaks');
  return z.strictObject({
    existing: z.enum(EXISTING_POLICIES),
    /** Attempts after the first one that failed and may heal. */
    retries: z.int().min(0).max(1000),
    /** The first back-off is at most this long; it doubles each time. */
    retryBaseMs: milliseconds,
    /** Statuses, and classes of them, that may heal, beside those that usually do. */
    retryOn: z.array(z.string().regex(STATUS_PATTERN, 'a status is 400 to 599, or 4xx or 5xx')),
    /** Calls that are not idempotent (RFC 9110 §9.2.2) are tried again too. */
    retryAll: z.boolean(),
    connectMs: milliseconds,
    /** From the request to the last header. */
    headersMs: milliseconds,
    /** Without a byte of the body. */
    stallMs: milliseconds,
    /** Larger files fail; `null`: no limit. */
    maxBytes: bytes.nullable(),
    /** So much stays free on the disk. */
    keepFreeBytes: bytes,
    /**
     * Connections of the job at once, over all hosts, those that large files have in addition among them; `null`: the
     * setting.
     */
    connections: connectionsSchema.nullable(),
    /** The most connections for one large file; how many of them pay finds itself. */
    segments: z.int().min(1).max(16),
    /** The ceiling of what a host gets at once; `null`: the setting. */
    connectionsPerHost: connectionsSchema.nullable(),
    /** Bytes per second of the whole job; `null`: no limit. */
    limitRate: z.int().min(1).nullable(),
    /** Computed of every file. */
    digests: z.array(z.enum(CHECK_ALGORITHMS)),
    userAgent: headerValue.nullable(),
    headers: z.array(z.tuple([headerName, headerValue])),
    user: z.strictObject({ name: z.string(), password: z.string() }).nullable(),
    bearer: headerValue.nullable(),
    /** A .netrc file. */
    netrc: z.string().nullable(),
    /** Cookies in Netscape's format. */
    cookies: z.string().nullable(),
    /** `null`: what the environment says. */
    proxy: z.string().nullable(),
    /** PEM certificates that are trusted beside the usual ones. */
    caFile: z.string().nullable(),
    /** The client's own certificate: PEM, with its key or without, or PKCS #12. */
    certFile: z.string().nullable(),
    /** PEM; `null`: the key is in `certFile`. */
    keyFile: z.string().nullable(),
    /** Of the key, or of PKCS #12. */
    keyPassword: z.string().nullable(),
    /** Servers' certificates are not checked. */
    insecure: z.boolean(),
    /** Files get the system's mark that they came from the internet, where it has one (Windows, macOS). */
    markOfTheWeb: z.boolean(),
  });
});

export type DownloadOptions = z.infer<typeof downloadOptionsSchema>;

/** What the window proposes again for the next download: nothing secret, and nothing that is about one file or server. */
export const rememberedOptionsSchema = z.lazy(() =>
  downloadOptionsSchema
    .unwrap()
    .pick({
      existing: true,
      retries: true,
      retryBaseMs: true,
      retryAll: true,
      retryOn: true,
      connectMs: true,
      headersMs: true,
      stallMs: true,
      maxBytes: true,
      keepFreeBytes: true,
      segments: true,
      connectionsPerHost: true,
      limitRate: true,
      digests: true,
      netrc: true,
      cookies: true,
      caFile: true,
    })
    .partial(),
);
export type RememberedOptions = z.infer<typeof rememberedOptionsSchema>;

export const DEFAULT_DOWNLOAD_OPTIONS: DownloadOptions = {
  existing: 'number',
  retries: 4,
  retryBaseMs: 500,
  retryOn: [],
  retryAll: false,
  connectMs: 20_000,
  headersMs: 60_000,
  stallMs: 60_000,
  maxBytes: null,
  keepFreeBytes: 0,
  connections: null,
  segments: 16,
  connectionsPerHost: null,
  limitRate: null,
  digests: [],
  userAgent: null,
  headers: [],
  user: null,
  bearer: null,
  netrc: null,
  cookies: null,
  proxy: null,
  caFile: null,
  certFile: null,
  keyFile: null,
  keyPassword: null,
  insecure: false,
  markOfTheWeb: false,
};
