// Passkeys: the one thing about signing in that needs a script. The page holds what the browser is
// asked; the answer goes back as a form.
(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;
  const fault = form.querySelector("[data-passkey-fault]");
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const asked = () => {
    const { publicKey } = JSON.parse(form.dataset.asked);
    publicKey.challenge = bytes(publicKey.challenge);
    if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
    for (const list of [publicKey.allowCredentials, publicKey.excludeCredentials])
      for (const one of list || []) one.id = bytes(one.id);
    return { publicKey };
  };
  const answer = ({ id, rawId, type, response }) => {
    const parts = { clientDataJSON: text(response.clientDataJSON) };
    if (response.attestationObject) parts.attestationObject = text(response.attestationObject);
    if (response.authenticatorData) parts.authenticatorData = text(response.authenticatorData);
    if (response.signature) parts.signature = text(response.signature);
    if (response.userHandle) parts.userHandle = text(response.userHandle);
    return JSON.stringify({ id, rawId: text(rawId), type, response: parts, extensions: {} });
  };
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    fault.hidden = true;
    try {
      form.elements.answer.value = answer(await navigator.credentials[form.dataset.passkey](asked()));
      form.submit();
    } catch {
      fault.hidden = false;
    }
  });
})();
