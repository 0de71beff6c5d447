/** The link to a font, and styles in the page: of the moment while it loads. */
const REFUSED = /[^\S\n]*<link href="https?:[^>]*>\n?|[^\S\n]*<style>[\s\S]*?<\/style>\n?| style="[^"]*"/g;

/**
 * Takes out of Bull Board's page what its policy refuses, so that browsers have nothing to report: what comes from another
 * origin, and styles in the page.
 */
export function trimBoardPage(html: string): string {
  return html.replaceAll(REFUSED, '');
}
