import type { CaseReport } from '../../harness/cases/run-and-report.ts';
import type { PartVerdict } from '../../harness/verdict/judge.ts';
import { figureText, machineText, metText, targetText } from '../../harness/verdict/report.ts';

const WIDTH = 760;
const ROW = 44;
const TOP = 40;
const BAR = { left: 16, width: 520, height: 12 };

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** How long the bars of a figure and of its target are, as shares of the longer one. */
function shares({ figure, target }: PartVerdict): { figure: number; target: number | null } {
  const value = figure === null || !Number.isFinite(figure) ? 0 : figure;
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
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.rail{fill:#30363d}.target{stroke:#e6edf3}}`;

/** One chart for each id: a bar for each of its parts, and a mark where the target is. */
export function chartsOf({
  parts,
  machine,
}: Pick<CaseReport, 'parts' | 'machine'>): { name: string; svg: string }[] {
  return [...Map.groupBy(parts, ({ id }) => id)].map(([id, those]) => {
    const height = TOP + those.length * ROW + 24;
    const svg = [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(id)}">`,
      `<style>${STYLE}</style>`,
      `<text x="${BAR.left}" y="18" font-weight="600">${escaped(id)}</text>`,
      ...those.map(row),
      `<text class="machine" x="${BAR.left}" y="${height - 10}">${escaped(machineText(machine))}</text>`,
      '</svg>\n',
    ].join('\n');
    return { name: id, svg };
  });
}
