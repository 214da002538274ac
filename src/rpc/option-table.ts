/**
 * aria2's options, as aria2 1.36 lists them (aria2c(1), "OPTIONS", and its own answers): clients show and change them by
 * these names. What they do here is in `download-request.ts` and `global-options.ts`; the others are taken, checked and
 * told again, and change nothing.
 */

/** What a value may be. Sizes have K or M behind them, and are told in bytes. */
export type OptionKind =
  | { readonly type: 'flag' | 'text' | 'lines' | 'proxy' | 'checksum' | 'gid' | 'ratio' | 'ranges' | 'pairs' }
  | { readonly type: 'int' | 'size'; readonly min: number; readonly max: number }
  | { readonly type: 'one'; readonly of: readonly string[] };

export interface OptionRow {
  readonly name: string;
  /** A download may have it as its own. */
  readonly isOfDownload: boolean;
  /** It can be changed for all of them. */
  readonly isGlobal: boolean;
  readonly kind: OptionKind;
  /** What is told where nobody has set it; `null`: it is not told. */
  readonly usual: string | null;
}

/** name; d: of a download, g: changed for all, -: only told; what it may be; the usual value. */
const TABLE = `
  help - text #basic
  timeout dg int:1-600 60
  connect-timeout dg int:1-600 60
  max-tries dg int:0- 5
  auto-save-interval - int:0-600 60
  dir dg text
  out d text
  split dg int:1- 5
  daemon - flag false
  referer dg text
  lowest-speed-limit dg size:0- 0
  piece-length dg size:1048576-1073741824 1048576
  max-overall-download-limit g size:0- 0
  max-download-limit dg size:0- 0
  file-allocation dg one:none|prealloc|trunc|falloc prealloc
  no-file-allocation-limit dg size:0- 5242880
  allow-overwrite dg flag false
  realtime-chunk-checksum dg flag true
  check-integrity dg flag false
  continue dg flag false
  no-netrc dg flag false
  deferred-input - flag false
  max-concurrent-downloads g int:1-
  optimize-concurrent-downloads g text false
  auto-file-renaming dg flag true
  parameterized-uri dg flag false
  allow-piece-length-change dg flag false
  no-conf - flag false
  stop - int:0-2147483647 0
  quiet - flag false
  async-dns dg flag true
  summary-interval - int:0-2147483647 60
  log-level g one:debug|info|notice|warn|error debug
  console-log-level - one:debug|info|notice|warn|error notice
  uri-selector dg one:inorder|feedback|adaptive feedback
  server-stat-timeout - int:0-2147483647 86400
  remote-time dg flag false
  max-file-not-found dg int:0- 0
  event-poll - one:epoll|poll|select epoll
  enable-rpc - flag true
  rpc-listen-port - int:1024-65535
  rpc-max-request-size - size:0- 2097152
  rpc-listen-all - flag false
  rpc-allow-origin-all - flag false
  rpc-secure - flag false
  rpc-save-upload-metadata dg flag true
  dry-run dg flag false
  reuse-uri dg flag true
  disable-ipv6 - flag false
  human-readable - flag true
  remove-control-file dg flag false
  always-resume dg flag true
  max-resume-failure-tries dg int:0- 0
  max-connection-per-server dg int:1-16 1
  min-split-size dg size:1048576-1073741824 20971520
  conditional-get dg flag false
  max-download-result g int:0- 1000
  retry-wait dg int:0-600 0
  show-console-readout - flag true
  stream-piece-selector dg one:default|inorder|random|geom default
  truncate-console-readout - flag true
  pause d flag
  download-result g one:default|full|hide default
  hash-check-only dg flag false
  checksum d checksum
  enable-mmap dg flag false
  force-save dg flag false
  save-not-found dg flag true
  disk-cache - size:0- 16777216
  gid d gid
  save-session-interval - int:0- 0
  enable-color - flag true
  dscp - int:0- 0
  pause-metadata dg flag false
  rlimit-nofile - int:1- 1024
  min-tls-version - text TLSv1.2
  socket-recv-buffer-size - size:0-16777216 0
  max-mmap-limit dg size:0- 9223372036854775807
  stderr - flag false
  keep-unfinished-download-result g flag true
  ftp-user dg text
  ftp-passwd dg text
  ftp-type dg one:binary|ascii binary
  ftp-pasv dg flag true
  ftp-reuse-connection dg flag true
  ssh-host-key-md dg text
  http-user dg text
  http-passwd dg text
  user-agent dg text
  enable-http-keep-alive dg flag true
  enable-http-pipelining dg flag false
  header dg lines
  check-certificate - flag true
  use-head dg flag false
  http-auth-challenge dg flag false
  http-no-cache dg flag false
  http-accept-gzip dg flag false
  content-disposition-default-utf8 dg flag false
  http-proxy dg proxy
  https-proxy dg proxy
  ftp-proxy dg proxy
  all-proxy dg proxy
  no-proxy dg text
  proxy-method dg one:get|tunnel get
  http-proxy-user dg text
  http-proxy-passwd dg text
  https-proxy-user dg text
  https-proxy-passwd dg text
  ftp-proxy-user dg text
  ftp-proxy-passwd dg text
  all-proxy-user dg text
  all-proxy-passwd dg text
  show-files - flag false
  max-overall-upload-limit g size:0- 0
  max-upload-limit dg size:0- 0
  listen-port - int:1024-65535 6881-6999
  follow-torrent dg one:true|mem|false true
  select-file d ranges
  seed-time dg ratio
  seed-ratio dg ratio 1.0
  peer-id-prefix - text A2-1-36-0-
  peer-agent - text aria2/1.36.0
  enable-peer-exchange dg flag true
  enable-dht - flag true
  dht-listen-port - int:1024-65535 6881-6999
  enable-dht6 - flag false
  bt-min-crypto-level dg one:plain|arc4 plain
  bt-require-crypto dg flag false
  bt-request-peer-speed-limit dg size:0- 51200
  bt-max-open-files g int:1- 100
  bt-seed-unverified dg flag false
  bt-hash-check-seed dg flag true
  bt-max-peers dg int:0- 55
  bt-external-ip dg text
  index-out d pairs
  bt-tracker-interval dg int:0- 0
  bt-stop-timeout dg int:0- 0
  bt-prioritize-piece dg text
  bt-save-metadata dg flag false
  bt-metadata-only dg flag false
  bt-enable-lpd dg flag false
  bt-tracker-timeout dg int:1-600 60
  bt-tracker-connect-timeout dg int:1-600 60
  dht-message-timeout - int:1-60 10
  bt-tracker dg text
  bt-exclude-tracker dg text
  bt-remove-unselected-file dg flag false
  bt-detach-seed-only - flag false
  bt-force-encryption dg flag false
  bt-enable-hook-after-hash-check dg flag true
  bt-load-saved-metadata dg flag false
  metalink-version dg text
  metalink-language dg text
  metalink-os dg text
  metalink-location dg text
  follow-metalink dg one:true|mem|false true
  metalink-preferred-protocol dg one:http|https|ftp|none none
  metalink-enable-unique-protocol dg flag true
  metalink-base-uri dg text
  load-cookies dg text
`;

function kindOf(text: string): OptionKind {
  const [type = '', rest = ''] = text.split(':');
  if (type === 'one') return { type, of: rest.split('|') };
  if (type !== 'int' && type !== 'size')
    return { type: type as Exclude<OptionKind['type'], 'int' | 'size' | 'one'> };
  const [min, max] = rest.split('-');
  return { type, min: Number(min), max: max === '' ? Infinity : Number(max) };
}

export const OPTIONS: ReadonlyMap<string, OptionRow> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line) => {
      const [name = '', scope = '', kind = '', usual = ''] = line.trim().split(' ');
      return [
        name,
        {
          name,
          isOfDownload: scope.includes('d'),
          isGlobal: scope.includes('g'),
          kind: kindOf(kind),
          usual: usual === '' ? null : usual,
        },
      ] as const;
    }),
);
