/*
 * The part of Stripe.js that a payment page uses, for the sandbox. Card numbers are typed into a frame of the
 * sandbox's own origin and never reach the page that shows it. Served in place of the provider's script, so that
 * a page changes nothing but the address it loads.
 */
(() => {
  const here = new URL(document.currentScript.src);
  const base = here.origin + here.pathname.replace(/\/v3\/?.*$/, '');
  const translate = window.__sandboxWords;
  let frames = 0;

  /** A call of the API with the publishable key: form-encoded, as everything there is. */
  async function call(key, method, path, values, words) {
    const body = new URLSearchParams({ key, ...values });
    const address = `${base}/v1/${path}`;
    try {
      const response = method === 'GET' ? await fetch(`${address}?${body}`) : await fetch(address, { method, body });
      const json = await response.json();
      if (json.error) json.error.message = words(json.error.message);
      return json;
    } catch {
      return { error: { type: 'api_connection_error', message: words('We could not reach the payment service. Check your connection and try again.') } };
    }
  }

  const idOf = (secret) => String(secret).split('_secret_')[0];

  /** Emits to whoever listens, as elements do: ready, change, focus, blur, escape, loaderror. */
  class Emitter {
    #heard = {};
    on(name, listener) { (this.#heard[name] ||= []).push(listener); return this; }
    once(name, listener) { const one = (e) => { this.off(name, one); listener(e); }; return this.on(name, one); }
    off(name, listener) { this.#heard[name] = listener ? (this.#heard[name] || []).filter((l) => l !== listener) : []; return this; }
    _emit(name, detail) { for (const listener of [...(this.#heard[name] || [])]) listener({ elementType: 'payment', ...detail }); }
  }

  class PaymentElement extends Emitter {
    constructor(elements, options) {
      super();
      this._elements = elements;
      this._options = options || {};
      this._ready = new Promise((resolve) => { this._isReady = resolve; });
      this._onMessage = (event) => {
        if (!this._frame || event.source !== this._frame.contentWindow || event.origin !== here.origin) return;
        const { type, ...detail } = event.data || {};
        if (type === 'hello') this._tell('setup', this._setup());
        if (type === 'resize') this._frame.style.height = `${detail.height}px`;
        if (type === 'ready') { this._isReady(); this._emit('ready', {}); }
        if (type === 'change') this._emit('change', detail);
        if (type === 'focus' || type === 'blur' || type === 'escape') this._emit(type, {});
        if (type === 'enter') this._frame.closest('form')?.requestSubmit();
      };
    }

    _setup() {
      const { appearance, locale } = this._elements._options;
      return { appearance: appearance || {}, locale: locale || 'auto', key: this._elements._key, readOnly: !!this._options.readOnly };
    }

    mount(target) {
      const place = typeof target === 'string' ? document.querySelector(target) : target;
      if (!place) throw new Error(`The selector you specified (${target}) applies to no DOM elements that are currently on the page.`);
      if (this._frame) this.unmount();
      const words = translate(this._elements._options.locale);
      const frame = document.createElement('iframe');
      frame.name = `__privateStripeFrame${++frames}`;
      frame.title = words('Secure card payment');
      frame.allow = 'payment *';
      Object.assign(frame.style, { border: '0', margin: '-4px', padding: '0', width: 'calc(100% + 8px)', minWidth: '100%', height: '170px', display: 'block', colorScheme: 'normal', background: 'transparent' });
      window.addEventListener('message', this._onMessage);
      frame.src = `${base}/v3/elements.html`;
      frame.addEventListener('error', () => this._emit('loaderror', { error: { type: 'api_connection_error' } }));
      place.replaceChildren(frame);
      place.classList.add('StripeElement');
      this._frame = frame;
      return this;
    }

    unmount() {
      window.removeEventListener('message', this._onMessage);
      this._frame?.remove();
      this._frame = null;
      this._ready = new Promise((resolve) => { this._isReady = resolve; });
      return this;
    }

    destroy() { this.unmount(); this._elements._forget(this); return this; }
    update(options) { Object.assign(this._options, options); if (this._frame) this._tell('setup', this._setup()); return this; }
    focus() { this._tell('focus'); return this; }
    blur() { this._tell('blur'); return this; }
    clear() { this._tell('clear'); return this; }
    collapse() { return this; }

    _tell(type, detail) { this._frame?.contentWindow.postMessage({ type, ...detail }, here.origin); }

    /** Asks the frame to do something and waits for what it says; the answer comes on a channel of its own. */
    async _ask(what, detail) {
      if (!this._frame) throw new Error('We could not retrieve data from the specified Element. Please make sure the Element you are attempting to use is still mounted.');
      await this._ready;
      return new Promise((resolve) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = (event) => { channel.port1.close(); resolve(event.data); };
        this._frame.contentWindow.postMessage({ type: 'ask', what, detail }, here.origin, [channel.port2]);
      });
    }
  }

  class Elements {
    constructor(key, options) {
      this._key = key;
      this._options = options || {};
      this._made = [];
    }

    create(type, options) {
      if (type !== 'payment' && type !== 'card') throw new Error(`The sandbox's elements are 'payment' and 'card'; '${type}' is not one of them.`);
      if (this._made.length) throw new Error('Can only create one Element of type payment through an Elements instance.');
      const element = new PaymentElement(this, options);
      this._made.push(element);
      return element;
    }

    getElement() { return this._made[0] || null; }
    _forget(element) { this._made = this._made.filter((e) => e !== element); }
    update(options) { Object.assign(this._options, options); for (const element of this._made) element.update({}); }
    async fetchUpdates() { return {}; }
    async submit() { return this._made[0] ? this._made[0]._ask('submit') : { error: { type: 'validation_error', message: 'There is no element to submit.' } }; }
  }

  /** Shows the bank's page in a dialog until the holder has answered it. */
  function challenge(address, words) {
    return new Promise((resolve) => {
      const dialog = document.createElement('dialog');
      const frame = document.createElement('iframe');
      dialog.setAttribute('aria-label', words('Authentication by your bank'));
      Object.assign(dialog.style, { border: '0', padding: '0', borderRadius: '16px', width: 'min(420px, calc(100vw - 24px))', height: 'min(460px, calc(100dvh - 24px))', overflow: 'hidden', margin: 'auto', boxShadow: '0 24px 80px rgba(20, 24, 22, .35)', background: 'Canvas' });
      Object.assign(frame.style, { border: '0', width: '100%', height: '100%', display: 'block' });
      frame.title = words('Authentication by your bank');
      frame.src = address;
      const done = (event) => {
        if (event.source !== frame.contentWindow || event.origin !== here.origin || event.data?.type !== 'authenticated') return;
        window.removeEventListener('message', done);
        dialog.close();
        dialog.remove();
        resolve();
      };
      window.addEventListener('message', done);
      // The payment hangs on the answer: Escape must not leave it without one, the page has a button for that.
      dialog.addEventListener('cancel', (event) => event.preventDefault());
      dialog.append(frame);
      document.body.append(dialog);
      dialog.showModal();
      frame.addEventListener('load', () => frame.focus(), { once: true });
    });
  }

  const flatten = (prefix, value, into) => {
    for (const [name, inner] of Object.entries(value || {})) {
      if (inner === null || inner === undefined || inner === '') continue;
      if (typeof inner === 'object') flatten(`${prefix}[${name}]`, inner, into);
      else into[`${prefix}[${name}]`] = String(inner);
    }
    return into;
  };

  function Stripe(key, options) {
    if (typeof key !== 'string' || !key.startsWith('pk_')) {
      throw new Error(String(key).startsWith('sk_') ? 'You should not use your secret key with Stripe.js. Please pass a publishable key instead.' : `Invalid value for Stripe(): apiKey should be a string. You specified: ${key}.`);
    }
    const words = translate(options?.locale);
    const retrieve = async (secret) => {
      const intent = await call(key, 'GET', `payment_intents/${idOf(secret)}`, { client_secret: secret }, words);
      if (intent.error) return { error: intent.error };
      if (intent.last_payment_error) intent.last_payment_error.message = words(intent.last_payment_error.message);
      return { paymentIntent: intent };
    };

    /** Walks through what the intent asks for, and says how it ended. */
    async function follow(intent, secret) {
      while (intent.status === 'requires_action') {
        const next = intent.next_action;
        const address = next.type === 'use_stripe_sdk' ? next.use_stripe_sdk.stripe_js : next.redirect_to_url.url;
        await challenge(`${address}&embed=1`, words);
        const after = await retrieve(secret);
        if (after.error) return after;
        intent = after.paymentIntent;
      }
      if (intent.status === 'requires_payment_method' && intent.last_payment_error) return { error: { ...intent.last_payment_error, payment_intent: intent } };
      return { paymentIntent: intent };
    }

    function leaveFor(returnUrl, intent) {
      const address = new URL(returnUrl, location.href);
      address.searchParams.set('payment_intent', intent.id);
      address.searchParams.set('payment_intent_client_secret', intent.client_secret);
      address.searchParams.set('redirect_status', intent.status === 'succeeded' || intent.status === 'requires_capture' || intent.status === 'processing' ? 'succeeded' : 'failed');
      location.assign(address);
      return new Promise(() => {});
    }

    return {
      elements: (settings) => new Elements(key, { locale: options?.locale, ...settings }),
      registerAppInfo() {},
      _registerWrapper() {},

      async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = 'always' }) {
        const secret = clientSecret || elements?._options.clientSecret;
        if (!secret) throw new Error('Invalid value for stripe.confirmPayment(): a client secret is needed.');
        if (redirect === 'always' && !confirmParams.return_url) throw new Error('Invalid value for stripe.confirmPayment(): return_url is needed unless redirect is if_required.');
        const { return_url: returnUrl, payment_method_data: methodData, ...rest } = confirmParams;
        const values = flatten('payment_method_data', methodData, {});
        for (const [name, value] of Object.entries(rest)) typeof value === 'object' ? flatten(name, value, values) : (values[name] = String(value));
        if (returnUrl) values.return_url = new URL(returnUrl, location.href).href;
        const element = elements?.getElement();
        const confirmed = element && !rest.payment_method
          ? await element._ask('confirm', { clientSecret: secret, values })
          : await call(key, 'POST', `payment_intents/${idOf(secret)}/confirm`, { client_secret: secret, use_stripe_sdk: 'true', ...values }, words);
        if (confirmed.error) return { error: confirmed.error };
        const ended = await follow(confirmed, secret);
        if (ended.error || redirect !== 'always') return ended;
        return leaveFor(returnUrl, ended.paymentIntent);
      },

      async confirmCardPayment(secret, data = {}) {
        const element = data.payment_method?.card?._ask ? data.payment_method.card : null;
        const values = {};
        if (data.return_url) values.return_url = data.return_url;
        if (data.receipt_email) values.receipt_email = data.receipt_email;
        if (typeof data.payment_method === 'string') values.payment_method = data.payment_method;
        else if (data.payment_method?.billing_details) flatten('payment_method_data[billing_details]', data.payment_method.billing_details, values);
        const confirmed = element
          ? await element._ask('confirm', { clientSecret: secret, values })
          : await call(key, 'POST', `payment_intents/${idOf(secret)}/confirm`, { client_secret: secret, use_stripe_sdk: 'true', ...values }, words);
        return confirmed.error ? { error: confirmed.error } : follow(confirmed, secret);
      },

      async handleNextAction({ clientSecret }) {
        const found = await retrieve(clientSecret);
        return found.error ? found : follow(found.paymentIntent, clientSecret);
      },

      async handleCardAction(secret) { return this.handleNextAction({ clientSecret: secret }); },
      retrievePaymentIntent: retrieve,

      async createPaymentMethod({ elements, params }) {
        const element = elements?.getElement?.();
        const made = element
          ? await element._ask('method', { values: flatten('billing_details', params?.billing_details, {}) })
          : { error: { type: 'invalid_request_error', message: 'An elements instance is needed.' } };
        return made.error ? { error: made.error } : { paymentMethod: made };
      },
    };
  }

  Stripe.version = 3;
  window.Stripe = Stripe;
})();
