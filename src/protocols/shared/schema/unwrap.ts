/** The text of an answer out of the object that was put around it, as it comes. */

export interface Unwrapper {
  /** @returns What of the text so far is the answer's. */
  push(text: string): string
  /** @param cut - The answer broke off, so that its last brace may be its own. */
  end(cut: boolean): string
}

/** @param name - The one property of that object. A text that does not begin with it stays as it is. */
export function createUnwrapper(name: string): Unwrapper {
  const opening = `{${JSON.stringify(name)}:`
  let state: 'start' | 'inside' | 'plain' = 'start'
  let held = ''

  function begin(): string {
    const said = held.replace(/\s+/g, '')
    if (opening.startsWith(said)) return ''
    if (!said.startsWith(opening)) {
      state = 'plain'
      return take(held.length)
    }
    state = 'inside'
    held = held.slice(held.indexOf(':') + 1).trimStart()
    return inside()
  }
  /** The last brace, and the space around it, may be the end of the object. */
  function inside(): string {
    let end = held.trimEnd().length
    if (held[end - 1] === '}') end = held.slice(0, end - 1).trimEnd().length
    return take(end)
  }
  function take(end: number): string {
    const taken = held.slice(0, end)
    held = held.slice(end)
    return taken
  }
  return {
    push(text) {
      held += text
      return state === 'start' ? begin() : state === 'inside' ? inside() : take(held.length)
    },
    end(cut) {
      const rest = held
      held = ''
      return state === 'inside' && !cut && rest.trim() === '}' ? '' : rest
    },
  }
}
