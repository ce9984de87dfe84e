-- Alipay links with the amount in them: offered beside codes, or alone where there are none.

ALTER TABLE accounts ADD COLUMN alipay_user_id VARCHAR(16); -- 2088…; NULL: no link

ALTER TABLE orders ADD COLUMN amount_link VARCHAR(512); -- as it was offered

ALTER TABLE orders ADD COLUMN link_opened_at BIGINT; -- the buyer followed it
