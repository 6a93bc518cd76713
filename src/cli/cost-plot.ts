/** Renders a plot to SVG. Vega is loaded only here: it is large, and few runs ask for a plot. */
import type { Json } from '../report/json.js';

/** The SVG of a Vega specification. */
export async function svgOf(spec: Json): Promise<string> {
  const vega = await import('vega');
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
