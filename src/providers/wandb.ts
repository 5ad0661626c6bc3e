import { openaiCompatible } from './openai-compatible.js'

/** W&B Inference (https://docs.wandb.ai/inference). */
export const wandb = openaiCompatible({
  id: 'wandb',
  name: 'W&B Inference',
  baseURL: 'https://api.inference.wandb.ai/v1',
  env: ['WANDB_API_KEY'],
  docs: 'https://docs.wandb.ai/inference',
})
