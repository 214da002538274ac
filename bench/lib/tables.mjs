// What was measured, as text for a terminal and as Markdown.

export const seconds = (ms) => (ms / 1000).toFixed(ms < 9950 ? 2 : 1);
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const ratio = (value) => value.toFixed(2);
const dash = '–';
/** See bench/bare.mjs. */
export const BARE = 'bare Node';

/** `Heddle at most 1.00 of curl -Z` */
export function wishText(wish) {
  return 'mostBytes' in wish
    ? `${wish.own} in at most ${megabytes(wish.mostBytes)}`
    : `${wish.own} at most ${ratio(wish.most)} of ${wish.peer}`;
}

export function measuredText(wish) {
  if (wish.measured === null) return dash;
  return 'mostBytes' in wish ? megabytes(wish.measured) : ratio(wish.measured);
}

export const metText = ({ met }) => (met === null ? 'not measured' : met ? 'met' : 'not met');

/** What bare Node takes of the time of the wish's peer; nothing, where it is not the work of the wish. */
function bareText({ contestants }, wish) {
  const medianOf = (wanted) => contestants.find(({ name }) => name === wanted)?.medianMs;
  const [bare, peer] = [medianOf(BARE), medianOf(wish.peer)];
  const isOther = bare === undefined || peer === undefined || wish.own.includes('known');
  return isOther ? '' : ratio(bare / peer);
}

function cells(result, contestant) {
  const against = result.ratios.find(({ peer }) => peer === contestant.name);
  return [
    contestant.name,
    `${seconds(contestant.medianMs)} s`,
    `${seconds(contestant.minMs)} ${dash} ${seconds(contestant.maxMs)}`,
    contestant.medianCpuMs === null ? dash : `${seconds(contestant.medianCpuMs)} s`,
    contestant.peakBytes === null ? dash : megabytes(contestant.peakBytes),
    against === undefined ? '' : ratio(against.ratio),
  ];
}

/** @param {readonly (readonly string[])[]} rows the first column to the left, the others to the right */
export function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

/** One case, for people. */
export function caseText(result) {
  const rows = [
    ['', 'median', 'least – most', 'CPU', 'memory', 'Heddle takes'],
    ...result.contestants.map((contestant) => cells(result, contestant)),
  ];
  const server = result.server === null ? '' : ` (from ${result.server})`;
  return [
    `${result.group}: ${result.title}${server}`,
    ...align(rows).map((line) => `  ${line}`),
    ...result.wishes.map(
      (wish) => `  ${metText(wish)}: ${wishText(wish)}${wish.met === null ? '' : ` (${measuredText(wish)})`}`,
    ),
    '',
  ].join('\n');
}

const row = (columns) => `| ${columns.join(' | ')} |`;
const escape = (text) => text.replaceAll('|', '\\|');

function table(head, rows) {
  return [row(head), row(head.map(() => '---')), ...rows.map((columns) => row(columns.map(escape)))].join(
    '\n',
  );
}

/** Where and with what: one paragraph. */
export function machineText({ date, machine, tools, heddle, repeats }) {
  const others = Object.entries(tools).map(([name, version]) => `${name} ${version}`);
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  return `${date.slice(0, 10)}: Heddle ${heddle.version} on ${machine.cores} cores of ${machine.cpu}, ${memory}, ${machine.system}, Node ${machine.node}, files on ${machine.fileSystem}; medians of ${repeats}. ${others.join(', ')}.`;
}

/** All cases, for `docs/performance.md`. */
export function documentText(results) {
  const wishes = results.cases.flatMap((result) =>
    result.wishes.map((wish) => [
      `${result.group}: ${result.title}`,
      wishText(wish),
      measuredText(wish),
      bareText(result, wish),
      metText(wish),
    ]),
  );
  const parts = [
    machineText(results),
    '### What was wished for',
    table(['work', 'wish', 'measured', BARE, ''], wishes),
    '### What was measured',
  ];
  for (const result of results.cases) {
    parts.push(
      `**${result.group}: ${result.title}**${result.server === null ? '' : `, from ${result.server}`}`,
      table(
        ['', 'median', 'least – most', 'CPU', 'memory', 'Heddle takes'],
        result.contestants.map((contestant) => cells(result, contestant)),
      ),
    );
  }
  return parts.join('\n\n');
}

/** One line for each case, for `README.md`. */
export function shortText(results) {
  const rows = results.cases.map((result) => [
    `${result.group}: ${result.title}`,
    result.contestants
      .filter(({ own }) => own)
      .map(
        ({ name, medianMs }) =>
          `${seconds(medianMs)} s${name === 'Heddle' ? '' : ` (${name.replace('Heddle', '').replace(',', '').trim()})`}`,
      )
      .join(', '),
    result.contestants
      .filter(({ own, name }) => !own && name !== BARE)
      .map(({ name, medianMs }) => `${name} ${seconds(medianMs)} s`)
      .join(', '),
  ]);
  return [machineText(results), table(['work', 'Heddle', 'others'], rows)].join('\n\n');
}

/**
 * Replaces what lies between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.
 * @throws {Error} where the markers are not there
 */
export function between(document, name, text) {
  const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no ${begin} … ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`;
}
