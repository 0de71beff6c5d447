import type { CaseReport } from '../../harness/cases/run-and-report.ts';
import type { PartVerdict } from '../../harness/verdict/judge.ts';
import { figureText, machineText, metText, targetText } from '../../harness/verdict/report.ts';

const WIDTH = 760;
const ROW = 44;
const TOP = 40;
const BAR = { left: 16, width: 520, height: 12 };

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const finiteOf = ({ figure }: PartVerdict) => (figure === null || !Number.isFinite(figure) ? 0 : figure);

/** How long the bars of a figure and of its target are, as shares of the longer one. */
function shares(part: PartVerdict): { figure: number; target: number | null } {
  const { target } = part;
  const value = finiteOf(part);
  const longest = Math.max(value, target ?? 0) || 1;
  return { figure: value / longest, target: target === null ? null : target / longest };
}

function row(part: PartVerdict, index: number): string {
  const y = TOP + index * ROW;
  const { figure, target } = shares(part);
  const mark = target === null ? 0 : BAR.left + target * BAR.width;
  return [
    `<text x="${BAR.left}" y="${y}">${escaped(part.promise)}</text>`,
    `<rect class="rail" x="${BAR.left}" y="${y + 8}" width="${BAR.width}" height="${BAR.height}"/>`,
    `<rect class="${part.met === false ? 'unmet' : 'figure'}" x="${BAR.left}" y="${y + 8}" width="${(figure * BAR.width).toFixed(1)}" height="${BAR.height}"/>`,
    ...(target === null ? [] : [`<path class="target" d="M${mark.toFixed(1)} ${y + 5}v${BAR.height + 6}"/>`]),
    `<text class="value" x="${BAR.left + BAR.width + 12}" y="${y + 18}">${escaped(`${figureText(part.figure)} (${targetText(part)}): ${metText(part)}`)}</text>`,
  ].join('\n');
}

const STYLE = `text{font:13px system-ui,sans-serif;fill:#1f2328}.value,.machine{font-size:12px}.rail{fill:#d0d7de}
.figure{fill:#1f6feb}.unmet{fill:#bc4c00}.target{stroke:#1f2328;stroke-width:2}
.curve{fill:none;stroke:#1f6feb;stroke-width:2}.rail-line{stroke:#d0d7de}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.rail{fill:#30363d}.rail-line{stroke:#30363d}.target{stroke:#e6edf3}}`;

const PLOT = { left: 70, right: 24, height: 220 };

/** The points of a curve from left to right, evenly spaced, and the figure of each. */
function plot(those: readonly PartVerdict[]): string {
  const most = Math.max(...those.map(finiteOf)) || 1;
  const step = (WIDTH - PLOT.left - PLOT.right) / Math.max(1, those.length - 1);
  const places = those.map((part, index) => ({
    part,
    x: (PLOT.left + index * step).toFixed(1),
    y: (TOP + PLOT.height * (1 - finiteOf(part) / most)).toFixed(1),
  }));
  const bottom = TOP + PLOT.height;
  const anchor = (index: number) => (index === those.length - 1 ? 'end' : 'middle');
  return [
    `<path class="rail-line" d="M${PLOT.left} ${bottom}h${WIDTH - PLOT.left - PLOT.right}"/>`,
    `<polyline class="curve" points="${places.map(({ x, y }) => `${x},${y}`).join(' ')}"/>`,
    ...places.flatMap(({ part, x, y }, index) => [
      `<circle class="figure" cx="${x}" cy="${y}" r="4"/>`,
      `<text x="${x}" y="${Number(y) - 10}" text-anchor="${anchor(index)}">${escaped(`${figureText(part.figure)} ${part.unit}`)}</text>`,
      `<text class="value" x="${x}" y="${bottom + 18}" text-anchor="${anchor(index)}">${escaped((part.at ?? 0).toLocaleString('en'))}</text>`,
    ]),
  ].join('\n');
}

/** A bar for each part of an id, and a mark where its target is; a curve where each part is a point of one. */
function drawing(those: readonly PartVerdict[]): { body: string; height: number } {
  if (those.every(({ at }) => at !== undefined)) return { body: plot(those), height: PLOT.height + 30 };
  return { body: those.map(row).join('\n'), height: those.length * ROW };
}

/** One chart for each id. */
export function chartsOf({
  parts,
  machine,
}: Pick<CaseReport, 'parts' | 'machine'>): { name: string; svg: string }[] {
  return [...Map.groupBy(parts, ({ id }) => id)].map(([id, those]) => {
    const { body, height: inner } = drawing(those);
    const height = TOP + inner + 24;
    const svg = [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(id)}">`,
      `<style>${STYLE}</style>`,
      `<text x="${BAR.left}" y="18" font-weight="600">${escaped(id)}</text>`,
      body,
      `<text class="machine" x="${BAR.left}" y="${height - 10}">${escaped(machineText(machine))}</text>`,
      '</svg>\n',
    ].join('\n');
    return { name: id, svg };
  });
}
