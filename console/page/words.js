'use strict';
// Every word of the page in both languages.

const EN = {
  skip: 'To the content', language: 'Language', logout: 'Log out', sections: 'Sections', alerts: 'Alerts',
  device: 'Device', learners: 'Learners', progress: 'Progress', settings: 'Settings', data: 'Data', health: 'Health',
  login: 'Log in', pin: 'PIN', newPin: 'New PIN (6 to 64 characters)', oldPin: 'PIN until now', code: 'Code from the device’s screen',
  showCode: 'Show a code on the device', pairHelp: 'Pairing shows that you sit before the device. The code appears on its screen for two minutes. Over a network, compare the certificate’s fingerprint there with the one that your browser shows.',
  pair: 'Pair this browser', firstPin: 'The device has no PIN yet: the one that you type now becomes its PIN.',
  tokenHelp: 'Open the address that the program printed; it lets one browser in. After that, it prints another.',
  codeShown: 'The code is on the device’s screen.', loggedOut: 'You are out.', changePin: 'Change the PIN', pinChanged: 'The PIN is changed.',
  follows: 'Following the device', lost: 'The device cannot be reached. Trying again.',
  screenText: 'What the device shows', picture: 'The device’s screen', light: 'Light', buttons: 'Buttons of the device',
  button: 'Button', stopButton: 'Stop', none: 'no use now',
  type: 'Text for the device', send: 'Send', session: 'Session', turn: 'Learner', start: 'Start a session', stop: 'End the session',
  running: 'A session runs: learner', trials: 'trials', idle: 'No session runs.', ended: 'The device has ended.',
  judge: 'The last answer', same: 'Counts as met', different: 'Counts as another', void: 'Does not count', allClear: 'I am here: light off',
  sharing: 'Camera and microphone of this computer', shareHelp: 'They feed the simulated device on this computer, in memory only, and only while the device looks or listens.',
  shareCamera: 'Share the camera', shareMicrophone: 'Share the microphone', unshare: 'Stop sharing', cameraOn: 'The camera is shared.', microphoneOn: 'The microphone is shared.',
  denied: 'The browser does not allow it, or there is none.', sound: 'Play the device’s sounds here',
  camera: 'Camera', microphone: 'Microphone', keyboard: 'Keyboard', on: 'on', off: 'off', lostSign: 'lost', noneSign: 'not there',
  learner: 'Learner', number: 'Number', picturesCode: 'Picture code', pick: 'Choose a learner', add: 'Add the number', noNames: 'A learner is a number and three pictures. There is no place for a name: keep the list of who is who on paper, away from the device.',
  choose: 'Choose', last: 'last on', nobody: 'Nobody has practised yet.',
  sum: 'So far', sessions: 'sessions', days: 'days', answering: 'minutes at questions', fromTo: 'from {0} to {1}',
  growth: 'Ability by trial, with a band of one standard error', growthNote: 'In logits: at 0, a question of middle difficulty is met as often as one that is a logit easier is by somebody one logit lower. A wide band means that little is known.',
  trial: 'trial', logits: 'logits', abilities: 'Each feeling in each exercise', exercise: 'Exercise', feeling: 'Feeling', met: 'met', firstTime: 'at first', now: 'now', error: '± error', interval: '95 % interval',
  byChannel: 'Each feeling by the way of answering', channel: 'Way', voice: 'voice', face: 'face', text: 'text', buttonWay: 'button',
  confusion: 'Which feeling was taken for which', meant: 'meant \\ answered', probe: 'What carries over: the transfer probe, apart from training', probeNote: 'The probe uses people, words and a channel that training never uses, and teaches nothing.',
  date: 'Day', share: 'share', nothingYet: 'There is nothing yet.', probeNone: 'No probe yet. It is on the device’s menu.',
  deviceSettings: 'Device', retention: 'Keep trials for so many days (empty: until they are erased)', retentionNote: 'Older trials are erased when the device starts and before each session.', nextTurn: 'The device’s own button begins a session for learner',
  learnerSettings: 'Settings of learner', age: 'Age', child: '6 to 9', teen: '10 to 15', adult: 'adult',
  largeText: 'Large letters', highContrast: 'Strong contrast', wideSpacing: 'Wide spacing', leftHanded: 'Choices for the left hand', oneButton: 'One button does it all',
  lightLevel: 'Light', soundLevel: 'Sound', full: 'full', soft: 'soft', exercises: 'Exercises on the menu', sensors: 'What may be used', sensorsNote: 'Before camera or microphone is used, the device asks the learner each time. What is off here is never used and not asked for.',
  save: 'Save', saved: 'Saved.', look: 'How things are shown',
  export: 'Export', exportNote: 'The files have what the journal has: trials by number and day. They have no name, text, picture or sound.', all: 'everybody', csv: 'As CSV', json: 'As JSON',
  erase: 'Erase', eraseNote: 'Trials and settings are erased, the file is written anew, and its bytes are searched for what was erased. This cannot be undone.', eraseOne: 'Erase learner {0}', eraseAll: 'Erase everybody', sure: 'Tick to confirm', erased: 'Erased: {0} trials. Found in the file afterwards: {1}.',
  vitals: 'The device', temperature: 'Temperature', memoryUsed: 'Memory of the program', memoryFree: 'Free memory', diskFree: 'Free disk', unknown: 'not known',
  models: 'Models', model: 'Model', sha: 'SHA-256', trusted: 'trusted', notTrusted: 'NOT trusted', check: 'Check all model files', checking: 'Still being checked.', log: 'Log', logNote: 'The log is about the device. It has no time of day and nothing of a learner.', event: 'Event', details: 'Details', refresh: 'Refresh', fingerprint: 'Certificate, SHA-256',
  clearAlerts: 'I have read these',
  alert_concern: 'Please go to the learner now.', 'alert_camera': 'The camera is lost:', alert_microphone: 'The microphone is lost:', alert_keyboard: 'The keyboard is lost:', alert_model: 'A model is in trouble:', alert_journal: 'The journal cannot be written:', alert_disk: 'The disk is nearly full:', alert_heat: 'The device is too hot:', alert_memory: 'Memory is short:', alert_part: 'Trouble:',
  no_busy: 'A session runs; end it first.', no_full: 'The device is busy; try again.', no_ended: 'The device has ended; start it again.', no_login: 'Please log in.', no_gone: 'The device cannot be reached.', no_journal: 'The journal cannot be used; see the log of the program.', no_token: 'This address was used already; take the newest one that the program printed.', no_code: 'That is not the code.', no_pin: 'That is not the PIN.', no_locked: 'Too many wrong answers: wait {0} seconds.', 'no_weak-pin': 'Choose a PIN of 6 to 64 characters that is not a plain row.', no_pair: 'Pair this browser first.', no_settings: 'These settings do not fit: at least one exercise has to stay.', no_keeping: 'Use 1 to 3650 days, and a learner from 1 to 4095.', no_learner: 'Use a number from 1 to 4095.', no_text: 'Type a text of at most 4096 bytes.', no_keyboard: 'This device takes no text.', no_watchers: 'Too many pages follow the device; close one.', no_shared: 'Another page shares already.', no_failed: 'That did not work; try again.',
};

const ZH = {
  skip: '跳到内容', language: '语言', logout: '退出', sections: '栏目', alerts: '提醒',
  device: '设备', learners: '学习者', progress: '进步', settings: '设置', data: '数据', health: '状态',
  login: '登录', pin: 'PIN 码', newPin: '新 PIN 码（6 到 64 个字符）', oldPin: '现在的 PIN 码', code: '设备屏幕上的配对码',
  showCode: '在设备上显示配对码', pairHelp: '配对表明你就在设备前。配对码会在设备屏幕上显示两分钟。通过网络访问时，请核对屏幕上的证书指纹与浏览器显示的是否一致。',
  pair: '配对这个浏览器', firstPin: '设备还没有 PIN 码：你现在输入的就是它的 PIN 码。',
  tokenHelp: '请打开程序打印出来的网址，它只让一个浏览器进入。之后程序会再打印一个。',
  codeShown: '配对码已显示在设备屏幕上。', loggedOut: '你已退出。', changePin: '更改 PIN 码', pinChanged: 'PIN 码已更改。',
  follows: '正在显示设备', lost: '连接不上设备，正在重试。',
  screenText: '设备上显示的内容', picture: '设备的屏幕', light: '灯光', buttons: '设备的按键',
  button: '按键', stopButton: '停止', none: '现在没有用',
  type: '给设备的文字', send: '发送', session: '练习', turn: '学习者', start: '开始练习', stop: '结束练习',
  running: '正在练习：学习者', trials: '题', idle: '没有练习在进行。', ended: '设备已结束。',
  judge: '刚才的回答', same: '算作答对', different: '算作不同', void: '不计入', allClear: '我来了：关灯',
  sharing: '这台电脑的摄像头和麦克风', shareHelp: '它们只供这台电脑上的模拟设备使用，只在内存里，而且只在设备看或听的时候。',
  shareCamera: '共享摄像头', shareMicrophone: '共享麦克风', unshare: '停止共享', cameraOn: '摄像头已共享。', microphoneOn: '麦克风已共享。',
  denied: '浏览器不允许，或者没有这个设备。', sound: '在这里播放设备的声音',
  camera: '摄像头', microphone: '麦克风', keyboard: '键盘', on: '开', off: '关', lostSign: '失去', noneSign: '没有',
  learner: '学习者', number: '编号', picturesCode: '图片码', pick: '选择学习者', add: '添加编号', noNames: '学习者只有编号和三张图片。这里没有填写姓名的地方：请把谁是谁写在纸上，放在别处。',
  choose: '选择', last: '最近一次', nobody: '还没有人练习过。',
  sum: '到目前为止', sessions: '次练习', days: '天', answering: '分钟答题', fromTo: '从 {0} 到 {1}',
  growth: '能力随题目的变化，带一个标准误的区间', growthNote: '单位是逻辑特（logit）。区间宽表示了解得还少。',
  trial: '题', logits: '逻辑特', abilities: '每种感受在每个练习中', exercise: '练习', feeling: '感受', met: '答对', firstTime: '起初', now: '现在', error: '± 误差', interval: '95 % 区间',
  byChannel: '每种感受按回答方式', channel: '方式', voice: '说', face: '表情', text: '文字', buttonWay: '按键',
  confusion: '哪种感受被当作哪种', meant: '原意 \\ 回答', probe: '举一反三：迁移测试，与练习分开', probeNote: '测试用的是练习中从不出现的人、话语和方式，不教任何东西。',
  date: '日期', share: '比例', nothingYet: '还没有内容。', probeNone: '还没有测试。它在设备的菜单里。',
  deviceSettings: '设备', retention: '记录保留多少天（空着：直到删除）', retentionNote: '更早的记录会在设备启动时和每次练习前删除。', nextTurn: '设备上的按键为谁开始练习：学习者',
  learnerSettings: '学习者的设置', age: '年龄', child: '6 到 9 岁', teen: '10 到 15 岁', adult: '成人',
  largeText: '大字', highContrast: '高对比度', wideSpacing: '宽松排版', leftHanded: '左手按键', oneButton: '单键操作',
  lightLevel: '灯光', soundLevel: '声音', full: '正常', soft: '柔和', exercises: '菜单上的练习', sensors: '可以使用什么', sensorsNote: '使用摄像头或麦克风之前，设备每次都会问学习者。这里关掉的永远不用，也不会问。',
  save: '保存', saved: '已保存。', look: '显示方式',
  export: '导出', exportNote: '文件里只有日志里的内容：按编号和日期的题目记录。没有姓名、文字、图像或声音。', all: '所有人', csv: '导出 CSV', json: '导出 JSON',
  erase: '删除', eraseNote: '题目记录和设置会被删除，文件会重新写入，并在文件里查找被删除的内容。这不能撤销。', eraseOne: '删除学习者 {0}', eraseAll: '删除所有人', sure: '打勾确认', erased: '已删除 {0} 题。之后在文件里找到：{1}。',
  vitals: '设备', temperature: '温度', memoryUsed: '程序占用的内存', memoryFree: '可用内存', diskFree: '可用磁盘', unknown: '未知',
  models: '模型', model: '模型', sha: 'SHA-256', trusted: '可信', notTrusted: '不可信', check: '检查所有模型文件', checking: '还在检查。', log: '日志', logNote: '日志只关于设备，没有时刻，也没有学习者的任何内容。', event: '事件', details: '详情', refresh: '刷新', fingerprint: '证书 SHA-256',
  clearAlerts: '我看过了',
  alert_concern: '请马上到学习者那里去。', alert_camera: '摄像头失去了：', alert_microphone: '麦克风失去了：', alert_keyboard: '键盘失去了：', alert_model: '模型有问题：', alert_journal: '日志写不进去：', alert_disk: '磁盘快满了：', alert_heat: '设备太热：', alert_memory: '内存不足：', alert_part: '故障：',
  no_busy: '练习正在进行，请先结束。', no_full: '设备正忙，请再试。', no_ended: '设备已结束，请重新启动。', no_login: '请登录。', no_gone: '连接不上设备。', no_journal: '日志用不了，请看程序的输出。', no_token: '这个网址已经用过，请用程序最新打印的。', no_code: '配对码不对。', no_pin: 'PIN 码不对。', no_locked: '错误太多：请等 {0} 秒。', 'no_weak-pin': '请选 6 到 64 个字符、不是简单排列的 PIN 码。', no_pair: '请先配对这个浏览器。', no_settings: '设置不合适：至少要留一个练习。', no_keeping: '请用 1 到 3650 天，学习者用 1 到 4095。', no_learner: '请用 1 到 4095 的编号。', no_text: '请输入不超过 4096 字节的文字。', no_keyboard: '这台设备不能输入文字。', no_watchers: '打开的页面太多，请关掉一个。', no_shared: '另一个页面已在共享。', no_failed: '没有成功，请再试。',
};

// The pictures of a learner's code.
const PICTURES = { sun: '太阳', moon: '月亮', star: '星星', tree: '树', leaf: '叶子', fish: '鱼', boat: '船', house: '房子', key: '钥匙', bell: '铃铛', cup: '杯子', hat: '帽子', kite: '风筝', ball: '球', cloud: '云', heart: '爱心' };

export const pictureName = (name) => (chosen === 'zh-CN' ? PICTURES[name] ?? name : name);

const TABLES = { en: EN, 'zh-CN': ZH };
let chosen = navigator.language?.startsWith('zh') ? 'zh-CN' : 'en';

export const language = () => chosen;

export function choose(tag) {
  chosen = tag in TABLES ? tag : 'en';
  document.documentElement.lang = chosen;
}

export function word(key, ...values) {
  const text = TABLES[chosen][key] ?? EN[key] ?? key;
  return values.reduce((all, value, place) => all.replace(`{${place}}`, String(value)), text);
}

// What the device calls something, in the page's language.
export const named = (name) => name?.[chosen] ?? name?.en ?? '';

export const why = (refused) => (`no_${refused.error}` in EN ? word(`no_${refused.error}`, refused.wait) : word('no_failed'));

export const day = (number) => (number === null || number === undefined ? '' : new Date(number * 86_400_000).toISOString().slice(0, 10));
