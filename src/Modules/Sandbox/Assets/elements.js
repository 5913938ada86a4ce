/* The card form. It lives in the sandbox's origin: the page around it learns whether the form is complete, never what is in it. */
(() => {
  const root = document.documentElement;
  const form = document.getElementById('card');
  const fields = { number: form.number, expiry: form.expiry, cvc: form.cvc };
  for (const name of Object.keys(fields)) fields[name] = document.getElementById(name);
  const brandBadge = document.getElementById('brand');
  const touched = new Set();
  let page = null;
  let key = null;
  let words = window.__sandboxWords('en');

  const brands = [
    ['amex', 'American Express', /^3[47]/, [15], 4],
    ['visa', 'Visa', /^4/, [16], 3],
    ['mastercard', 'Mastercard', /^(5[1-5]|2[2-7])/, [16], 3],
    ['discover', 'Discover', /^6(?:011|5|4[4-9])/, [16], 3],
    ['unionpay', 'UnionPay', /^62/, [16, 17, 18, 19], 3],
    ['diners', 'Diners Club', /^3(?:0[0-5]|[68])/, [14, 16], 3],
    ['jcb', 'JCB', /^35/, [16], 3],
  ];
  const digits = (text) => text.replace(/\D/g, '');
  const brandOf = (number) => brands.find(([, , start]) => start.test(number)) || ['unknown', '', /^/, [16], 3];
  const tell = (type, detail) => page && window.parent.postMessage({ type, ...detail }, page);

  function luhn(number) {
    let sum = 0;
    [...number].reverse().forEach((digit, i) => {
      let value = Number(digit);
      if (i % 2) value = value > 4 ? value * 2 - 9 : value * 2;
      sum += value;
    });
    return sum % 10 === 0;
  }

  const expiryParts = () => {
    const raw = digits(fields.expiry.value);
    const year = raw.slice(2);
    return { month: Number(raw.slice(0, 2)), year: year.length === 4 ? Number(year) : 2000 + Number(year), complete: raw.length === 4 || raw.length === 6 };
  };

  /** What is wrong with a field, in the network's words; empty when nothing is. */
  const problems = {
    number() {
      const number = digits(fields.number.value);
      const [, , , lengths] = brandOf(number);
      if (number.length < Math.min(...lengths)) return 'Your card number is incomplete.';
      return lengths.includes(number.length) && luhn(number) ? '' : 'Your card number is invalid.';
    },
    expiry() {
      const { month, year, complete } = expiryParts();
      if (!complete) return "Your card's expiration date is incomplete.";
      if (month < 1 || month > 12) return "Your card's expiration month is invalid.";
      const now = new Date();
      if (year < now.getFullYear()) return "Your card's expiration year is in the past.";
      return year === now.getFullYear() && month < now.getMonth() + 1 ? "Your card's expiration date is in the past." : '';
    },
    cvc() {
      return digits(fields.cvc.value).length < brandOf(digits(fields.number.value))[4] ? "Your card's security code is incomplete." : '';
    },
  };

  function show(name, message) {
    const text = message ? words(message) : '';
    fields[name].setAttribute('aria-invalid', message ? 'true' : 'false');
    const place = document.getElementById(`${name}-error`);
    if (place.textContent !== text) place.textContent = text;
  }

  function changed() {
    const number = digits(fields.number.value);
    const [brand, label] = brandOf(number);
    brandBadge.textContent = number.length ? label : '';
    const complete = Object.keys(problems).every((name) => !problems[name]());
    const empty = Object.values(fields).every((field) => !field.value);
    tell('change', { complete, empty, collapsed: false, value: { type: 'card' }, brand });
    fit();
  }

  /** Keeps the caret behind the same digit while blanks are put between the groups. */
  function regroup(field, format) {
    const before = digits(field.value.slice(0, field.selectionStart)).length;
    field.value = format(digits(field.value));
    let seen = 0;
    let at = 0;
    while (at < field.value.length && seen < before) { if (/\d/.test(field.value[at])) seen++; at++; }
    if (before === digits(field.value).length) at = field.value.length;
    field.setSelectionRange(at, at);
  }

  fields.number.addEventListener('input', () => regroup(fields.number, (raw) => {
    const groups = brandOf(raw)[0] === 'amex' ? [4, 6, 5] : [4, 4, 4, 4, 3];
    const parts = [];
    let rest = raw.slice(0, 19);
    for (const size of groups) { if (!rest) break; parts.push(rest.slice(0, size)); rest = rest.slice(size); }
    return parts.join(' ');
  }));
  fields.expiry.addEventListener('input', (event) => {
    const erasing = event.inputType?.startsWith('delete');
    regroup(fields.expiry, (raw) => {
      const all = /^[2-9]$/.test(raw) ? `0${raw}` : raw;
      if (all.length < 2 || (all.length === 2 && erasing)) return all;
      return `${all.slice(0, 2)} / ${all.slice(2, 6)}`;
    });
  });
  fields.cvc.addEventListener('input', () => { fields.cvc.value = digits(fields.cvc.value).slice(0, 4); });

  for (const [name, field] of Object.entries(fields)) {
    field.addEventListener('input', () => { if (touched.has(name) && !problems[name]()) show(name, ''); changed(); });
    field.addEventListener('blur', () => { if (field.value) { touched.add(name); show(name, problems[name]()); } tell('blur'); fit(); });
    field.addEventListener('focus', () => tell('focus'));
    field.addEventListener('keydown', (event) => { if (event.key === 'Escape') tell('escape'); });
  }
  form.addEventListener('submit', (event) => { event.preventDefault(); tell('enter'); });

  /** Shows everything that is wrong and goes to the first of it. */
  function validate() {
    let first = null;
    for (const name of Object.keys(problems)) {
      const problem = problems[name]();
      touched.add(name);
      show(name, problem);
      if (problem && !first) first = [name, problem];
    }
    fit();
    if (!first) return null;
    fields[first[0]].focus();
    return { type: 'validation_error', code: { number: 'incomplete_number', expiry: 'incomplete_expiry', cvc: 'incomplete_cvc' }[first[0]], message: words(first[1]) };
  }

  function card(prefix) {
    const { month, year } = expiryParts();
    const name = (field) => (prefix ? `${prefix}[card][${field}]` : `card[${field}]`);
    return {
      [prefix ? `${prefix}[type]` : 'type']: 'card',
      [name('number')]: digits(fields.number.value),
      [name('exp_month')]: String(month),
      [name('exp_year')]: String(year),
      [name('cvc')]: digits(fields.cvc.value),
    };
  }

  async function post(path, values) {
    try {
      const response = await fetch(`../v1/${path}`, { method: 'POST', body: new URLSearchParams({ key, ...values }) });
      const json = await response.json();
      if (json.error) {
        json.error.message = words(json.error.message);
        const wrong = { incorrect_number: 'number', invalid_number: 'number', incorrect_cvc: 'cvc', invalid_cvc: 'cvc', expired_card: 'expiry', invalid_expiry_year: 'expiry', invalid_expiry_month: 'expiry' }[json.error.code];
        if (wrong) { fields[wrong].setAttribute('aria-invalid', 'true'); document.getElementById(`${wrong}-error`).textContent = json.error.message; fit(); }
      }
      return json;
    } catch {
      return { error: { type: 'api_connection_error', message: words('We could not reach the payment service. Check your connection and try again.') } };
    }
  }

  const answers = {
    submit() { const error = validate(); return error ? { error } : { selectedPaymentMethod: 'card' }; },
    async confirm({ clientSecret, values }) {
      const error = validate();
      if (error) return { error };
      const id = clientSecret.split('_secret_')[0];
      return post(`payment_intents/${id}/confirm`, { client_secret: clientSecret, use_stripe_sdk: 'true', ...card('payment_method_data'), ...values });
    },
    async method({ values }) {
      const error = validate();
      return error ? { error } : post('payment_methods', { ...card(''), ...values });
    },
  };

  const allowed = ['colorPrimary', 'colorBackground', 'colorText', 'colorTextSecondary', 'colorTextPlaceholder', 'colorDanger', 'colorBorder', 'fontFamily', 'fontSizeBase', 'borderRadius', 'spacingUnit'];
  function setup({ appearance, locale, key: given, readOnly }) {
    key = given;
    words = window.__sandboxWords(locale);
    root.lang = words('Card number') === 'Card number' ? 'en' : 'fr';
    root.dataset.theme = appearance.theme === 'night' ? 'night' : 'stripe';
    for (const name of allowed) {
      if (appearance.variables?.[name]) root.style.setProperty(`--${name}`, appearance.variables[name]);
      else root.style.removeProperty(`--${name}`);
    }
    for (const label of document.querySelectorAll('[data-word]')) label.textContent = words(label.dataset.word);
    fields.expiry.placeholder = words('MM / YY');
    for (const field of Object.values(fields)) field.readOnly = readOnly;
    fit();
    tell('ready');
  }

  let height = 0;
  function fit() {
    const now = Math.ceil(document.body.getBoundingClientRect().height);
    if (now === height) return;
    height = now;
    tell('resize', { height });
  }
  new ResizeObserver(fit).observe(document.body);

  window.addEventListener('message', async (event) => {
    if (event.source !== window.parent) return;
    const { type, what, detail, ...rest } = event.data || {};
    if (type === 'setup') { page = event.origin; setup(rest); }
    if (event.origin !== page) return;
    if (type === 'focus') fields.number.focus();
    if (type === 'blur') document.activeElement?.blur();
    if (type === 'clear') { form.reset(); touched.clear(); for (const name of Object.keys(fields)) show(name, ''); changed(); }
    if (type === 'ask' && answers[what]) event.ports[0].postMessage(await answers[what](detail || {}));
  });
  window.parent.postMessage({ type: 'hello' }, '*');
})();
