// What the runner says about the server under test.
export const baseUrl = (process.env.OI_BASE_URL ?? '').replace(/\/+$/, '');
export const apiKey = process.env.OI_API_KEY ?? 'conformance';
export const model = process.env.OI_MODEL ?? 'demo';
export const version = process.env.OI_API_VERSION ?? 'v1';

/** Where lines for the conformance ledger go; empty: nowhere. */
export const resultsFolder = process.env.OI_RESULTS ?? '';

/** The server's dll, for tests that need a server with settings of their own; empty when only a base URL is known. */
export const serverDll = process.env.OI_SERVER_DLL ?? '';

/** The dll that starts the fake vendors; empty when only a base URL is known. */
export const vendorHostDll = process.env.OI_VENDOR_HOST_DLL ?? '';
