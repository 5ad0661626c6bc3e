/** Counts the tokens of a call's text as the options say, before it is sent. */
import { tokenCounter, type Tokenizer } from '../../cost/tokenizer.js'
import { estimateTokens, type CountTokens } from '../../kernel/estimate-tokens.js'
import { warnOnce } from '../../telemetry/warn.js'

/** What is returned gives the counter, `undefined` for characters. A tokenizer that is installed is loaded when it is first asked for. */
export function counterOf(tokenizer: Tokenizer = 'characters'): () => CountTokens | undefined {
  if (typeof tokenizer !== 'function') return () => tokenCounter(tokenizer)
  const own = guarded(tokenizer)
  return () => own
}

/** No call fails because its tokens could not be counted. */
function guarded(own: CountTokens): CountTokens {
  return (text) => {
    try {
      const tokens = own(text)
      if (Number.isFinite(tokens) && tokens >= 0) return tokens
    } catch {
      // Told below; what it threw may hold the text.
    }
    warnOnce('the option `tokenizer` returned no number of tokens; they are counted by characters')
    return estimateTokens(text)
  }
}
