import spec from './langchain.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'langchain.case.ts')
