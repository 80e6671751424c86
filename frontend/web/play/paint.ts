// Maps as colours: from -1 to 1 over orange, paper and blue; classes each in its own colour, paler where unsure.

export const CLASS_COLOURS = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'];
type Colour = [number, number, number];

const styles = () => getComputedStyle(document.documentElement);

export function colour(name: string): Colour {
  const text = styles().getPropertyValue(name).trim();
  const number = parseInt(text.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

export const bytes = (text: string) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

const mixed = (from: Colour, to: Colour, share: number): Colour => [0, 1, 2].map((at) => from[at]! + (to[at]! - from[at]!) * share) as Colour;

/** Paint a map of bytes, row by row from the lower left, over the whole canvas. */
function painted(canvas: HTMLCanvasElement, side: number, shade: (at: number) => Colour) {
  const small = document.createElement('canvas');
  small.width = small.height = side;
  const pen = small.getContext('2d')!;
  const image = pen.createImageData(side, side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [red, green, blue] = shade(row * side + column);
      const at = 4 * ((side - 1 - row) * side + column);
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255;
    }
  }
  pen.putImageData(image, 0, 0);
  const out = canvas.getContext('2d')!;
  out.imageSmoothingEnabled = canvas.width > side;
  out.imageSmoothingQuality = 'high';
  out.drawImage(small, 0, 0, canvas.width, canvas.height);
}

export function paintSigned(canvas: HTMLCanvasElement, map: string, side: number, plain = false) {
  const values = bytes(map);
  const [low, paper, high] = [colour('--series-2'), colour('--paper'), colour('--series-1')];
  painted(canvas, side, (at) => {
    const value = values[at]! / 127.5 - 1;
    const share = plain ? (Math.abs(value) > 1e-3 ? 0.75 : 0) : 0.85 * Math.abs(value);
    return mixed(paper, value < 0 ? low : high, share);
  });
}

export function paintClasses(canvas: HTMLCanvasElement, classes: string, sure: string, side: number, plain = false) {
  const [which, how] = [bytes(classes), bytes(sure)];
  const paper = colour('--paper');
  const colours = CLASS_COLOURS.map(colour);
  painted(canvas, side, (at) => mixed(paper, colours[which[at]! % colours.length]!, plain ? 0.6 : 0.08 + 0.67 * (how[at]! / 255)));
}

/** The colour of an example: of its class, or of its value. */
export function dotColour(value: number, regression: boolean): string {
  const [red, green, blue] = regression
    ? mixed(colour('--paper'), colour(value < 0 ? '--series-2' : '--series-1'), 0.25 + 0.75 * Math.abs(value))
    : colour(CLASS_COLOURS[value % CLASS_COLOURS.length]!);
  return `rgb(${red} ${green} ${blue})`;
}
