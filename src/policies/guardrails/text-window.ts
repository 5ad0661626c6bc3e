/** A text that comes in pieces, of which the end is held back as long as it may be the begin of something. */
import { masked, type Finder, type Found } from './finder.js'

/** Characters before the window that patterns may look back at. */
const CONTEXT = 64

export class TextWindow {
  private readonly finder: Finder
  private readonly hides: boolean
  /** What was given already, as it came. */
  private before = ''
  private held = ''

  /** @param hides - Whether what is found is masked. If not, the caller refuses the text. */
  constructor(finder: Finder, hides: boolean) {
    this.finder = finder
    this.hides = hides
  }

  /** @returns what may be given now, and what was found in it and in what is held back. */
  push(piece: string): Step {
    this.held += piece
    return this.step(Math.max(0, this.held.length - this.finder.reach), false)
  }

  /** No more comes. */
  end(): Step {
    return this.step(this.held.length, true)
  }

  private step(until: number, isEnd: boolean): Step {
    const found = this.found()
    let cut = until
    const done: Found[] = []
    for (const one of found) {
      // More text may make it longer.
      const isOpen = !isEnd && one.end === this.held.length
      if (one.start < cut && (isOpen || one.end > cut)) cut = isOpen ? one.start : Math.max(cut, one.end)
      if (one.end <= cut) done.push(one)
    }
    cut = withoutHalves(this.held, cut)
    const raw = this.held.slice(0, cut)
    this.before = (this.before + raw).slice(-CONTEXT)
    this.held = this.held.slice(cut)
    return { text: this.hides ? masked(raw, done) : raw, found: this.hides ? done : found }
  }

  /** In what is held. */
  private found(): readonly Found[] {
    const { length } = this.before
    return this.finder
      .find(this.before + this.held)
      .filter(({ end }) => end > length)
      .map(({ start, end, category }) => ({ start: Math.max(0, start - length), end: end - length, category }))
  }
}

interface Step {
  readonly text: string
  readonly found: readonly Found[]
}

/** A character of two code units is not cut. */
function withoutHalves(text: string, cut: number): number {
  const code = text.charCodeAt(cut - 1)
  return cut > 0 && cut < text.length && code >= 0xd8_00 && code <= 0xdb_ff ? cut - 1 : cut
}
