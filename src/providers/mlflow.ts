import { openaiCompatible } from './openai-compatible.js'

/** MLflow AI Gateway (https://mlflow.org/docs/latest/genai/governance/ai-gateway/). */
export const mlflow = openaiCompatible({
  id: 'mlflow',
  name: 'MLflow AI Gateway',
  baseURL: 'http://127.0.0.1:5000/gateway/mlflow/v1',
  env: [],
  quirks: {},
  gateway: { traceparent: true, modelNames: '{endpoint}', headerPrefixes: ['x-mlflow-gateway-'] },
  docs: 'https://mlflow.org/docs/latest/genai/governance/ai-gateway/',
})
