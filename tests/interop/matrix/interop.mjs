// Somebody with Element's own crypto stack (matrix-js-sdk, vodozemac in WebAssembly) talks with the bot in encrypted rooms.
// interop.mjs HOMESERVER USER PASSWORD BOT prints one JSON object a line; `interop.py` starts it and judges.
import "fake-indexeddb/auto";

for (const level of ["log", "debug", "info", "warn", "trace"]) console[level] = () => {}; // the SDK's, on our output
if (!Promise.withResolvers) { // Node 20 lacks what the SDK takes for granted
  Promise.withResolvers = () => {
    let resolve, reject;
    const promise = new Promise((a, b) => { resolve = a; reject = b; });
    return { promise, resolve, reject };
  };
}
const sdk = await import("matrix-js-sdk");
const { AllDevicesIsolationMode, OnlySignedDevicesIsolationMode } = await import("matrix-js-sdk/lib/crypto-api/index.js");

const [, , baseUrl, user, password, bot] = process.argv;
const PATIENCE = 60_000;
const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const identifier = { type: "m.id.user", user };
const login = await sdk.createClient({ baseUrl }).loginRequest({ type: "m.login.password", identifier, password });
const client = sdk.createClient({
  baseUrl, accessToken: login.access_token, userId: login.user_id, deviceId: login.device_id,
});
await client.initRustCrypto({ useIndexedDB: false });
const crypto = client.getCrypto();
await client.startClient({ initialSyncLimit: 50, threadSupport: false });
await new Promise((done) => client.on("sync", (state) => state === "PREPARED" && done()));
await crypto.bootstrapCrossSigning({ // an identity of one's own, as Element makes at the first login
  authUploadDeviceSigningKeys: (make) => make({ type: "m.login.password", identifier, password }),
});

async function until(found) {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const what = await found();
    if (what) return what;
    await new Promise((done) => setTimeout(done, 100));
  }
  return null;
}
const encryption = {
  type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" },
};
const made = [];
for (const room_version of ["11", "12"]) {
  const { room_id } = await client.createRoom({
    invite: [bot], preset: "private_chat", room_version, initial_state: [encryption],
  });
  made.push(room_id);
}
tell({ rooms: made, device: login.device_id });

const events = (room) => client.getRoom(room).getLiveTimeline().getEvents();
const answerTo = (room, id) => until(() => events(room).find((event) =>
  event.getSender() === bot && !event.isDecryptionFailure()
  && event.getWireContent()["m.relates_to"]?.["m.in_reply_to"]?.event_id === id && event.getContent().body));

const modes = {
  AllDevices: new AllDevicesIsolationMode(false), // what Element does today
  OnlySignedDevices: new OnlySignedDevicesIsolationMode(), // "exclude insecure devices", MSC4153
};
for (const room of made) {
  await until(() => client.getRoom(room)?.getMember(bot)?.membership === "join");
  for (const [mode, isolation] of Object.entries(modes)) {
    crypto.setDeviceIsolationMode(isolation);
    await crypto.forceDiscardSession(room);
    const words = `said in mode ${mode}`;
    const version = client.getRoom(room).getVersion();
    const outcome = { mode, version, words };
    try {
      const said = await client.sendTextMessage(room, words);
      const edit = { msgtype: "m.text", body: `${words}, edited` };
      await client.sendMessage(room, {
        ...edit, "m.new_content": edit, "m.relates_to": { rel_type: "m.replace", event_id: said.event_id },
      });
      const { event_id } = await client.sendTextMessage(room, "!help");
      const answer = await answerTo(room, event_id);
      outcome.asked = event_id;
      outcome.said = said.event_id;
      outcome.answer = answer ? answer.getContent().body.split("\n")[0] : null;
      outcome.encrypted = answer ? answer.isEncrypted() : null;
      outcome.shield = answer ? (await crypto.getEncryptionInfoForEvent(answer))?.shieldColour : null;
    } catch (error) {
      outcome.error = `${error.name}: ${error.message}`;
    }
    outcome.undecryptable = events(room)
      .filter((event) => event.isDecryptionFailure()).map((event) => event.decryptionFailureReason);
    tell(outcome);
  }
}
const verification = await crypto.getUserVerificationStatus(bot);
tell({ botHasIdentity: verification.known ?? null, botDevices: [...(await crypto.getUserDeviceInfo([bot])).get(bot).values()]
  .map((device) => ({ device: device.deviceId, fingerprint: Boolean(device.getFingerprint()) })) });
client.stopClient();
process.exit(0);
