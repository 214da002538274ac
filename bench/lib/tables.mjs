// What was measured, as text for a terminal and as Markdown.

import { megabytes, ratio, seconds } from './numbers.mjs';
import { measuredText, metText, peerOf, wishText } from './wishes.mjs';

const dash = '–';
/** See bench/floor.mjs. */
export const FLOOR = 'floor';

/** What the floor takes of the time of the wish's peer, or its memory; nothing, where there is no floor for it. */
function floorText({ contestants }, wish) {
  const floor = contestants.find(({ name }) => name === FLOOR);
  if (wish.mostBytes !== undefined) return floor?.peakBytes == null ? '' : megabytes(floor.peakBytes);
  const peer = peerOf(wish, contestants);
  return floor === undefined || peer === undefined ? '' : ratio(floor.medianMs / peer.medianMs);
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

/**
 * `Downloading: 5,000 × 16 KiB, from nginx 1.22.1`; of a case that has a number of runs of its own, also that one.
 */
function headline({ server, where, repeats, ...result }) {
  const from = server === null ? '' : `, from ${server}`;
  const to = where === undefined ? '' : `, ${where}`;
  return `${workText(result)}${from}${to}${repeats === undefined ? '' : `, runs of each: ${repeats}`}`;
}

const workText = ({ group, title }) => `${group}: ${title}`;

/** Why a case was not measured here. */
const leftOutText = ({ leftOut }) => `Left out: ${leftOut}.`;

const HEAD = ['', 'median', 'least – most', 'CPU', 'memory', 'Heddle takes'];

/** One case, for people. */
export function caseText(result) {
  const rows = [HEAD, ...result.contestants.map((contestant) => cells(result, contestant))];
  const lines = result.leftOut === undefined ? align(rows) : [leftOutText(result)];
  return [
    headline(result),
    ...lines.map((line) => `  ${line}`),
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

const WISHES_HEAD = ['work', 'wish', 'measured', FLOOR, ''];

const wishRows = ({ cases }) =>
  cases.flatMap((result) =>
    result.wishes.map((wish) => [
      workText(result),
      wishText(wish),
      measuredText(wish),
      floorText(result, wish),
      metText(wish),
    ]),
  );

/** Every wish in a line, those that are met first, for people. */
export function wishesText(results) {
  const all = wishRows(results);
  const [met, unmet, unknown] = [true, false, null].map((each) =>
    all.filter((columns) => columns.at(-1) === metText({ met: each })),
  );
  return [
    ...align([WISHES_HEAD, ...met, ...unmet, ...unknown]),
    '',
    `Wishes: ${met.length} met, ${unmet.length} not met, ${unknown.length} not measured.`,
    '',
  ].join('\n');
}

/** All cases, for `docs/performance.md`. */
export function documentText(results) {
  const parts = [
    machineText(results),
    '### What was wished for',
    table(WISHES_HEAD, wishRows(results)),
    '### What was measured',
  ];
  for (const result of results.cases) {
    const rows = result.contestants.map((contestant) => cells(result, contestant));
    parts.push(
      `**${headline(result)}**`,
      result.leftOut === undefined ? table(HEAD, rows) : leftOutText(result),
    );
  }
  return parts.join('\n\n');
}

/** One line for each case, for `README.md`. */
export function shortText(results) {
  const rows = results.cases.map((result) => [
    workText(result),
    result.contestants
      .filter(({ own }) => own)
      .map(
        ({ name, medianMs }) =>
          `${seconds(medianMs)} s${name === 'Heddle' ? '' : ` (${name.replace('Heddle', '').replace(',', '').trim()})`}`,
      )
      .join(', ') || 'left out',
    result.contestants
      .filter(({ own, name }) => !own && name !== FLOOR)
      .map(({ name, medianMs }) => `${name} ${seconds(medianMs)} s`)
      .join(', ') || dash,
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
