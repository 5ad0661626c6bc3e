/** A prompt that is too long, by the words of providers without a code for it, in a 400, a 500, or inside a 200. */
import { REFUSED, type ErrorFact } from './fact.js'

/** The prompt is too long. */
const TOO_LONG: readonly RegExp[] = [
  // OpenAI, vLLM, DeepSeek, Together, OpenRouter, xAI ("maximum prompt length is 131072"), SGLang, Mistral.
  /(?:maximum|max)[ _](?:model|prompt|input|context|sequence|request)(?: token)?(?: context)?[ _]?(?:length|size|window|limit|tokens)\b/i,
  // Anthropic (https://docs.anthropic.com/en/docs/build-with-claude/context-windows), Databricks, Ollama.
  /prompt (?:is )?too (?:long|large)/i,
  // Bedrock ("Input is too long for requested model."), Replicate, watsonx, Hugging Face in another order.
  /(?:input|prompt|request|message|context|conversation|text|query|payload)s? (?:is|are|was|were) (?:too|far too) (?:long|large|big)/i,
  /too (?:long|large) for (?:the |this |requested )?(?:model|context)/i,
  // OpenAI's Responses, MiniMax, llama.cpp, Cerebras, LiteLLM: "exceeds the context window", "exceeds the available context size".
  /exceed(?:s|ed|ing)?(?: \w+){0,4}[^.]{0,24} context/i,
  /context (?:length|window|size|limit)s?(?: of \S+)?(?: \w+){0,3} exceed/i,
  /context[ _]?(?:length|window|size)[ _](?:limit[ _])?(?:exceed|overflow|reached|full)|context overflow/i,
  /context window is [^.]{0,20} tokens/i,
  // LM Studio, Together, TGI: "is greater than the context length", "is longer than the model's context length".
  /(?:greater|longer|larger|more|bigger) than[^.]{0,40} context|context (?:length|window|size) (?:is|of) only/i,
  // Gemini, Vertex: "The input token count (1196265) exceeds the maximum number of tokens allowed", "… is 12 but the model only supports up to 10".
  /(?:input|prompt|request(?:ed)?|total) token count[^.]{0,60}(?:exceed|only supports|limit)/i,
  // Moonshot, Bedrock Titan, Cohere, Voyage, GitHub, DashScope.
  /exceed(?:s|ed)?(?: \w+){0,3} token limit|token limit exceeded|message token length exceed/i,
  /too many (?:input |prompt |total )?tokens|tokens exceed|tokens?[^.]{0,60} > ?(?:the )?context/i,
  /(?:number of|total|input|prompt|requested) tokens?\b[^.;]{0,60}(?:exceed|greater than|more than|over the)/i,
  /(?:input|prompt|sequence|message)s?(?: token)? length[^.;]{0,40}(?:exceed|greater|longer|larger|limit)/i,
  /exceed(?:s|ed)?(?: the| its| model's)* (?:maximum|max|configured)(?: allowed| number of| permitted)* (?:input|prompt|sequence|length|tokens)/i,
  /exceeds? the (?:maximum|model's) .{0,40}tokens|max(?:imum)? allowed tokens per (?:submitted )?batch/i,
  // DashScope: "Range of input length should be [1, 30720]". TGI: "`inputs` must have less than 4096 tokens".
  /range of (?:input|prompt) length should be|`?inputs?`?[^.]{0,20}must have (?:less|fewer) than \d+ tokens/i,
  // Groq, OpenAI, DeepSeek.
  /reduce (?:the length of |your )(?:the )?(?:messages?|prompt|input)|reduce your message size|shorten (?:your|the) (?:prompt|input|messages)/i,
  // Snowflake: "max tokens of 8192 exceeded".
  /max(?:imum)? tokens of \S+ exceeded/i,
  // Mistral: "Prompt contains 40000 tokens … too large for model with 32768 maximum context length".
  /prompt (?:contains|has|with) [\d,]+ tokens[^.]{0,60}(?:too large|but|exceed|maximum)/i,
  // Too many bytes: Anthropic, Gemini, servers in front of them.
  /(?:request|payload)(?: entity| body| payload)?(?: size)?(?: is| was)? (?:too large|exceed(?:s|ed)? (?:the )?(?:maximum|limit|allowed|max))/i,
  // Anthropic, for an account that may not send so much.
  /long context (?:beta|requests?)[^.]{0,20} (?:not|required)|required for long context/i,
  // OpenAI: "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760". A tool's name has 64.
  /string (?:too long|with maximum length)[^\d]{0,60}[\d_]{5,}|expected maxlength: \d+, actual/i,
  // LiteLLM.
  /contextwindowexceedederror|context_length_exceeded/i,
  // Zhipu 1261 and others in Chinese.
  /prompt ?(?:超长|过长)|(?:上下文|输入|提示词|文本|内容)(?:的)?(?:token|tokens|长度|字数)*(?:超长|过长|超限|超过|超出)|超(?:过|出).{0,12}(?:上下文|最大长度|最大输入|模型上限)|长度超限/i,
]

/** The output limit is too high for the model, whatever the prompt. Another model may accept it. */
const OUTPUT_LIMIT: readonly RegExp[] = [
  // OpenAI: "max_tokens is too large: 100000. This model supports at most 16384 completion tokens".
  /max_(?:completion_|output_|new_)?tokens[`'"]? is too (?:large|high|big)|supports at most [\d,]+ (?:completion|output) tokens/i,
  // Anthropic: "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens for …".
  /max_tokens: [\d,]+ > [\d,]+|maximum (?:allowed )?number of output tokens/i,
  // Bedrock, for each of its models.
  /maximum tokens you requested exceeds/i,
  // Groq, DeepSeek, Alibaba, Cohere, Zhipu: a range, or its upper end.
  /max_?(?:completion_?|output_?|new_?)?tokens[`'"]?[^.]{0,60}(?:less than|smaller than|lower than|at most|<=|(?:not|n't) (?:be (?:greater|larger|more)|exceed)|exceeds|out of range|range of|range is|\[\d)/i,
  /range of [`'"]?max_(?:completion_|output_|new_)?tokens/i,
]

/** Prompt and output limit together do not fit into the context. A larger context helps. */
const SUM = /input length and `?max_tokens`? exceed|maximum context length is|tokens? ?\+ ?`?max_(?:new_)?tokens/i

const any = (patterns: readonly RegExp[]): RegExp => new RegExp(patterns.map(({ source }) => source).join('|'), 'i')

export const contextLength: readonly ErrorFact[] = [
  { is: 'context-length', from: REFUSED, words: SUM },
  { is: 'unsupported', from: REFUSED, words: any(OUTPUT_LIMIT) },
  { is: 'context-length', from: [...REFUSED, 'not-found'], words: any(TOO_LONG) },
]
