/** Colours of the picture: those of the window (`src/renderer/styles/tokens.css`). */
import type { Mode } from '../../../common/model/jobs';

export type Theme = 'dark' | 'light';

export const FONT = "Inter, system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Liberation Sans', sans-serif";

export const COLOURS = {
  dark: {
    bg: '#101215',
    line: '#2a2f36',
    text: '#e8ebef',
    muted: '#9aa3ad',
    faint: '#858e99',
    wait: '#e0b15a',
    fail: '#e5736b',
    modes: {
      sequential: '#7b8590',
      'event-loop': '#c79c4b',
      'thread-per-task': '#4fa885',
      pool: '#4f97d4',
    },
  },
  light: {
    bg: '#f6f7f8',
    line: '#e1e4e8',
    text: '#1b1f24',
    muted: '#57606a',
    faint: '#656d77',
    wait: '#8f6114',
    fail: '#bd3f36',
    modes: {
      sequential: '#87919c',
      'event-loop': '#b07f2c',
      'thread-per-task': '#3f9273',
      pool: '#357fbd',
    },
  },
} as const satisfies Record<
  Theme,
  { readonly modes: Readonly<Record<Mode, string>> } & Record<string, unknown>
>;

/** The picture's style sheet. Colours are written out: not every viewer of SVG knows custom properties. */
export function pictureStyle(theme: Theme): string {
  const { bg, line, text, muted, faint, wait, fail, modes } = COLOURS[theme];
  const fills = Object.entries(modes).map(([mode, colour]) => `.p .${mode}{fill:${colour}}`);
  return [
    `.p{font:13px ${FONT};font-variant-numeric:tabular-nums}`,
    `.p .bg{fill:${bg}}`,
    `.p text{fill:${text}}`,
    '.p .headline{font-size:24px;font-weight:700}',
    '.p .section{font-size:14px;font-weight:600}',
    `.p .muted{fill:${muted}}.p .small{font-size:11px}.p .faint{fill:${faint}}`,
    `.p .rule{stroke:${line};stroke-width:1;fill:none}`,
    ...fills,
    `.p .whisker{stroke:${text};stroke-width:1.5;fill:none}`,
    `.p .run{fill:${text};stroke:${bg};stroke-width:1}`,
    `.p .outlier{fill:${bg};stroke:${wait};stroke-width:1.75}`,
    `.p .curve{stroke:${modes.pool};stroke-width:2;fill:none}.p .point{fill:${modes.pool};stroke:${bg};stroke-width:1.5}`,
    `.p .ideal{stroke:${muted};stroke-width:1.25;stroke-dasharray:5 4;fill:none}`,
    `.p .fit{stroke:${wait};stroke-width:1.5;stroke-dasharray:1.5 3;stroke-linecap:round;fill:none}`,
    '.p .s0{fill-opacity:.5}.p .s1{fill-opacity:.72}.p .s2{fill-opacity:.95}',
    `.p .failed{fill:${fail}}.p .cross{stroke:${text};stroke-width:1;fill:none}`,
    `.p .work{fill:${text};fill-opacity:.6}`,
  ].join('\n');
}
