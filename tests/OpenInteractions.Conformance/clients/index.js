// The one place that names the packages: the tests live outside this folder and cannot see its node_modules.
export * as genai from '@google/genai';
export * as genai232 from 'genai-2-32';
export * as genai152 from 'genai-1-52';
