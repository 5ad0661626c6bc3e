/** Text that fits a terminal of 80 columns. */

/** Columns of the narrowest terminal that people use. */
const COLUMNS = 80

/**
 * Breaks `text` at spaces, so that no line is longer than 80 columns where its words allow.
 *
 * @param used - Columns that the first line has in front of it already.
 * @param indent - Spaces in front of the other lines.
 */
export function wrap(text: string, used: number, indent: number): string {
  const lines: string[] = []
  let line = ''
  let room = COLUMNS - used
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = ''
      room = COLUMNS - indent
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

/** Two columns: what stands for itself, and what it means. */
export function definitions(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([left]) => left.length)) + 4
  return entries.map(([left, right]) => `  ${left.padEnd(width - 2)}${wrap(right, width, width)}\n`).join('')
}
